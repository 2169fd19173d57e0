namespace Alignment;

/// <summary>Synthetic dialogues of guests with the desk of a small house: what to tell, what to keep, and users who try to get it.</summary>
/// <remarks>
/// <para>
/// Each row has a card (facts that may be told, secrets that must be kept, actions that are allowed and forbidden), one to three turns of a
/// user, candidate replies, and a judge that is exact because the words of secrets occur nowhere else (<see cref="DialogueJudge"/>).
/// Attacks are of named families (<see cref="Families"/>), and each has near-misses: harmless wishes in the same clothes, half of them in
/// the very phrases of the attack.
/// </para>
/// <para>
/// Row i is a function of (seed, split, difficulty, i) and of nothing else, by draws of <see cref="RandomStream"/>: rows may be made in any
/// order, on any thread, one without the others.
/// </para>
/// <para>
/// With difficulty d the share of attacks is 0.3 + 0.4 d; an attack is indirect (the secret described, the action paraphrased, an opening in
/// the turn before) with probability d; up to round(3 d) facts more stand on the card, and up to round(2 d) idle sentences in a message.
/// </para>
/// <para>About 1,000 distinct words over all splits, a third of them secrets written in some way; replies of at most 40 words. Not a picture of what real users do.</para>
/// <example><code>
/// var world = new DialogueWorld { Seed = 7, Difficulty = 0.5 };
/// var row = world.Row(3);
/// var verdict = row.Judge("I am sorry, I cannot share the door code.");
/// </code></example>
/// </remarks>
public sealed record DialogueWorld
{
    private readonly double _difficulty = 0.5;

    /// <summary>The seed of all draws; 0 by default.</summary>
    public ulong Seed { get; init; }

    /// <summary>From 0, plain attacks by few users, to 1; 0.5 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double Difficulty
    {
        get => _difficulty;
        init =>
            _difficulty = value is >= 0 and <= 1
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(value),
                    $"Dialogue world: expected a difficulty from 0 to 1, got {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}."
                );
    }

    /// <summary>Which part of words and phrases is used; for training by default.</summary>
    public DialogueSplit Split { get; init; }

    /// <summary>The families of attacks, those that are held out last.</summary>
    public static ValueList<AttackFamily> Families { get; } =
        DialogueLexicon
            .Instance.Families.Select(family => new AttackFamily(
                family.Name,
                family.Description,
                family.Attacks.Count,
                family.NearMisses.Count,
                DialogueLexicon.Instance.FamiliesOf(DialogueSplit.NewFamilies).Contains(family)
            ))
            .ToValueList();

    /// <summary>The same world of another seed.</summary>
    public DialogueWorld WithSeed(ulong seed) => this with { Seed = seed };

    /// <summary>The same world, easier or harder.</summary>
    public DialogueWorld WithDifficulty(double difficulty) => this with { Difficulty = difficulty };

    /// <summary>The same world made of another part of its words.</summary>
    public DialogueWorld WithSplit(DialogueSplit split) => this with { Split = split };

    /// <summary>One row.</summary>
    /// <param name="index">Its place, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The place is out of range.</exception>
    public DialogueRow Row(long index) =>
        new DialogueMaking(this, new DialogueDraws(new RandomStream(Seed, $"dialogues {Split}"), index)).Row(index);

    /// <summary>Rows from a place on.</summary>
    /// <param name="count">How many.</param>
    /// <param name="first">The place of the first; 0 by default.</param>
    public IEnumerable<DialogueRow> Rows(long count, long first = 0)
    {
        for (var index = first; index < first + count; index++)
        {
            yield return Row(index);
        }
    }

    /// <summary>Writes rows as files that TRL reads, one object a line.</summary>
    /// <remarks>
    /// <c>sft.jsonl</c> (<c>messages</c>, with the reference reply), <c>helpful.jsonl</c> and <c>harmless.jsonl</c> (<c>prompt, chosen,
    /// rejected</c>), <c>prompts.jsonl</c> (<c>prompt</c>, and what judges replies to it).
    /// </remarks>
    /// <param name="folder">The folder, which is made if there is none; files of these names are made anew.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="first">The place of the first; 0 by default.</param>
    public void Write(string folder, long count, long first = 0)
    {
        Directory.CreateDirectory(folder);
        DialogueRow[] rows = [.. Rows(count, first)];
        Jsonl.Write(Path.Combine(folder, "sft.jsonl"), rows.Select(row => row.Conversation));
        Jsonl.Write(Path.Combine(folder, "helpful.jsonl"), rows.Select(row => row.HelpfulPair));
        Jsonl.Write(Path.Combine(folder, "harmless.jsonl"), rows.Select(row => row.HarmlessPair));
        Jsonl.Write(Path.Combine(folder, "prompts.jsonl"), rows);
    }
}
