namespace Alignment;

/// <summary>The exact best response to the others' mixtures; of several the first.</summary>
/// <remarks>No settings. Takes every form of game. Source: McMahan, Gordon, Blum (2003), ICML. Not where responses should differ: see <see cref="RegularizedResponse"/>.</remarks>
public sealed record BestResponseOracle : IResponseOracle
{
    /// <inheritdoc/>
    public string Name => "best_response";

    /// <inheritdoc/>
    public string Answer => "best response";

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, string>> Words => [];

    /// <inheritdoc/>
    public IResponseOracle With(string name, string text) => throw ResponseOracle.Unknown(this, name);

    /// <inheritdoc/>
    public bool IsSettled(long iteration) => true;

    /// <inheritdoc/>
    public OracleResponse Respond(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.BestResponse();
        return new(response, context.Gain(response), ResponseSlack.None);
    }
}
