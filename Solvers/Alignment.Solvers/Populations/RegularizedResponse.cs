using System.Globalization;

namespace Alignment;

/// <summary>A response that gains, stays close to a reference, and differs from the population: by gradient ascent.</summary>
/// <remarks>
/// <para>max over x of F(x) = E u(x, others) - beta KL(x || ref) + w(t) Div(x, population). Without a diversity it is ref exp(g / beta), normalized, g the
/// actions' values (the best response where beta is 0). With one: exponentiated gradient ascent, x' ~ x exp(s grad F(x)), from the answer without
/// diversity, from uniform play and from the best pure strategy, with s halved until F rises; the best of all that were met.</para>
/// <para>In a sequential game KL is the dilated one: the sum over the player's information sets of the probability that its own moves lead there times KL there.
/// The answer without diversity is in closed form from the last sets to the first: v(I) = beta log sum_a ref(a|I) exp(q(I, a) / beta), q what is paid behind
/// a and the v of the sets there. A step of the ascent is the same with x for ref, 1 / s for beta and grad F for values, derivatives taken by the plan
/// (<see cref="ResponseContext.PlanOf"/>): mirror ascent with a dilated entropy, which rises for small s. Its pure starts are, for each action, the best plan that plays towards it.</para>
/// <para>F is not concave for every diversity, so the ascent may end short of its maximum. What that can cost is computed and not assumed:
/// <see cref="OracleResponse.Slack"/> bounds what the best response gets beyond, for any x. The part for closeness is beta (K - KL(x || ref)), K the largest
/// divergence: KL is convex in plans, so a pure one has it, and there it is the sum of -log ref over the actions that are planned, at most
/// max over a of -log ref_a in a game of one move.</para>
/// <para>Payoff plus diversity is not zero-sum even where the payoff is, and neither is payoff less KL: the populations' game stays the one of payoffs
/// alone.</para>
/// <para>Units: beta in payoff per nat, w in payoff per unit of diversity.</para>
/// <para>Default: beta 0.05, uniform reference, no diversity (else of weight 0.5 0.9^t for 50 iterations), at most 200 steps.</para>
/// <para>Errors: a number out of range; a reference that is no distribution of all actions, in a sequential game at every information set.</para>
/// <para>Source: Ma, Yang et al. (2023), "Red teaming game", arXiv 2310.00322, for the objective; Kivinen, Warmuth (1997), "Exponentiated gradient versus
/// gradient descent for linear predictors", Information and Computation 132; Hoda, Gilpin, Pena, Sandholm (2010), "Smoothing techniques for computing Nash
/// equilibria of sequential games", Mathematics of Operations Research 35, for dilated distances.</para>
/// <para>Not for an exact equilibrium: with beta or w above 0 populations stop growing short of one. Let the weight end (<see cref="WeightSchedule.Until"/>)
/// and beta be small, the smaller the more information sets a plan comes to: the dilated KL counts them all, likely or not.</para>
/// </remarks>
public sealed record RegularizedResponse : IResponseOracle
{
    private const double Floor = 1e-6; // of starts: a probability of 0 never grows
    private const double SmallestStep = 1e-9;
    private const double Settled = 1e-13; // of the objective: below that a step is rounding

    /// <summary>beta; at least 0.</summary>
    public double Temperature { get; init; } = 0.05;

    /// <summary>For each player the reference, a probability above 0 for each action, in a sequential game of each information set; empty for uniform play.</summary>
    public ValueList<ValueList<double>> References { get; init; } = [];

    /// <summary>What to differ by; null for nothing.</summary>
    public IDiversity? Diversity { get; init; }

    /// <summary>w(t).</summary>
    public WeightSchedule Weight { get; init; } = new(0.5, 0.9, 50);

    /// <summary>Steps of the ascent from each start; at least 1.</summary>
    public int Steps { get; init; } = 200;

    /// <inheritdoc/>
    public string Name => "regularized";

    /// <inheritdoc/>
    public string Answer => "regularized response";

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, string>> Words =>
        [
            new("temperature", NumberText.Of(Temperature)),
            new("diversity", Diversity?.Name ?? "none"),
            new("weight", NumberText.Of(Weight.Start)),
            new("decay", NumberText.Of(Weight.Decay)),
            new("until", Weight.Until == long.MaxValue ? "never" : NumberText.Of(Weight.Until)),
            new("steps", NumberText.Of(Steps)),
        ];

    /// <inheritdoc/>
    public IResponseOracle With(string name, string text) =>
        Checked(
            name switch
            {
                "temperature" => this with { Temperature = Number(name, text) },
                "diversity" => this with { Diversity = text == "none" ? null : Alignment.Diversity.Find(text) },
                "weight" => this with { Weight = Weight with { Start = Number(name, text) } },
                "decay" => this with { Weight = Weight with { Decay = Number(name, text) } },
                "until" => this with
                {
                    Weight = Weight with { Until = text == "never" ? long.MaxValue : (long)Whole(name, text) },
                },
                "steps" => this with { Steps = (int)Math.Min(int.MaxValue, Whole(name, text)) },
                _ => throw ResponseOracle.Unknown(this, name),
            }
        );

    /// <inheritdoc/>
    public bool IsSettled(long iteration) =>
        Diversity is null || Weight.Start == 0 || Weight.Decay == 1 || iteration >= Weight.Until;

    /// <inheritdoc/>
    public OracleResponse Respond(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Checked(this);
        var reference = ReferenceOf(context);
        var values = context.Values.ToArray();
        var weight = Diversity is null ? 0 : Weight.At(context.Iteration);
        var (plain, worth) =
            Temperature == 0 ? context.Plans.Best(values) : context.Plans.Regularized(values, reference, Temperature);
        var best = weight > 0 ? Ascent(context, plain, reference, values, weight) : plain;
        var strategy = best.ToValueList();
        return new(strategy, context.Gain(strategy), Slack(context, best, reference, values, weight, worth));
    }

    private double[] Ascent(ResponseContext context, double[] plain, double[] reference, double[] values, double weight)
    {
        var plans = context.Plans;
        var differs = Diversity!.From(context);
        (double Value, double[] Gradient) Objective(double[] x)
        {
            var plan = plans.Of(x);
            var diversity = differs(plan);
            var gradient = new double[x.Length];
            for (var a = 0; a < gradient.Length; a++)
                gradient[a] =
                    values[a] - (Temperature * plans.DivergenceBy(a, x, reference)) + (weight * diversity.Gradient[a]);
            return (Plain(x, plan, reference, values) + (weight * diversity.Value), gradient);
        }

        double[][] pure = [.. values.Select((_, a) => plans.Best(values, towards: a).Strategy)];
        var best = pure.Prepend(plain).MaxBy(x => Objective(x).Value)!; // of equals the first
        double[][] starts = [best, plain, plans.Uniform()];
        return starts
            .Select(start => Climb(plans, plans.Inside(start, Floor), Objective))
            .Prepend(best)
            .MaxBy(x => Objective(x).Value)!;
    }

    private double[] Climb(Plans plans, double[] x, Func<double[], (double Value, double[] Gradient)> objective)
    {
        var (now, gradient) = objective(x);
        var size = 1.0;
        for (var step = 0; step < Steps && size > SmallestStep; step++)
        {
            double[] Moved() => plans.Regularized(gradient, x, 1 / size, double.Epsilon).Strategy;
            var next = Moved();
            var found = objective(next);
            for (; found.Value <= now && size > SmallestStep; found = objective(next = Moved()))
                size /= 2;
            if (found.Value <= now)
                break;
            var settled = found.Value - now < Settled * (1 + Math.Abs(now));
            (x, now, gradient, size) = (next, found.Value, found.Gradient, size * 2);
            if (settled)
                break;
        }

        return x;
    }

    // the objective without diversity
    private double Plain(double[] x, double[] plan, double[] reference, double[] values) =>
        Plans.Dot(plan, values) - (Temperature * Plans.Divergence(x, plan, reference));

    private ResponseSlack Slack(
        ResponseContext context,
        double[] x,
        double[] reference,
        double[] values,
        double weight,
        double worth
    )
    {
        var plan = context.Plans.Of(x);
        var diversity = weight > 0 ? weight * Diversity!.Range(context) : 0;
        var near = context.Plans.Farthest(reference) - Plans.Divergence(x, plan, reference);
        var left = worth - Plain(x, plan, reference, values);
        return new(diversity, Temperature * Math.Max(0, near), Math.Max(0, left - diversity));
    }

    private double[] ReferenceOf(ResponseContext context)
    {
        var actions = context.Strategy.Count;
        if (References.Count == 0)
            return context.Plans.Uniform();
        var own = context.Player < References.Count ? References[context.Player] : [];
        bool SumsToOne(InformationSet set) => Math.Abs(own.Skip(set.First).Take(set.Actions.Count).Sum() - 1) <= 1e-9;
        return own.Count == actions && own.All(r => r > 0) && context.InformationSets.All(SumsToOne)
            ? [.. own]
            : throw new ArgumentException(
                $"Oracle '{Name}': expected a reference of {actions} probabilities above 0 that sum to 1{(context.InformationSets.Count > 1 ? " at every information set" : "")} for '{context.Name}', got {string.Join(", ", own.Select(NumberText.Of))}."
            );
    }

    private static RegularizedResponse Checked(RegularizedResponse oracle) =>
        oracle.Fault is { } fault ? throw new ArgumentException($"Oracle '{oracle.Name}': {fault}.") : oracle;

    internal string? Fault =>
        !(Temperature >= 0 && double.IsFinite(Temperature))
            ? $"expected a temperature of at least 0, got {NumberText.Of(Temperature)}"
        : Steps < 1 ? $"expected at least 1 step, got {NumberText.Of(Steps)}"
        : Weight.Fault;

    private double Number(string name, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"Oracle '{Name}', {name}: expected a number, got '{text}'.");

    private double Whole(string name, string text) =>
        Number(name, text) is var number && number == Math.Floor(number) && number is >= 0 and <= 1e15
            ? number
            : throw new ArgumentException(
                $"Oracle '{Name}', {name}: expected a whole number of at least 0, got '{text}'."
            );
}
