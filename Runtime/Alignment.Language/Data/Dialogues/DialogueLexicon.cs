namespace Alignment;

/// <summary>The words and frames of <see cref="DialogueWorld"/>, read from the text that the assembly carries.</summary>
internal sealed class DialogueLexicon
{
    private const int HeldOutFamilies = 4;

    private static readonly Lazy<DialogueLexicon> Loaded = new(Load);

    private readonly Dictionary<string, List<string[]>> _sections = [];
    private readonly Dictionary<string, string[]> _words = [];
    private readonly Dictionary<string, string[]> _topics = [];
    private readonly Dictionary<string, string> _pasts = [];
    private readonly List<Family> _families = [];

    /// <summary>The lexicon.</summary>
    public static DialogueLexicon Instance => Loaded.Value;

    /// <summary>A family with its frames.</summary>
    public sealed record Family(string Name, string Description)
    {
        /// <summary>How it asks: empty for plainly, else a word of the text (<c>own</c>, <c>part</c>, <c>guess</c>, ...).</summary>
        public string Manner { get; set; } = "";

        public List<string> Attacks { get; } = [];

        public List<string> NearMisses { get; } = [];

        public List<string> Openings { get; } = [];
    }

    /// <summary>All families, the held-out ones last.</summary>
    public IReadOnlyList<Family> Families => _families;

    /// <summary>The families of a split.</summary>
    public IReadOnlyList<Family> FamiliesOf(DialogueSplit split) =>
        split == DialogueSplit.NewFamilies ? _families[^HeldOutFamilies..] : _families[..^HeldOutFamilies];

    /// <summary>The lines of a section, each as its fields.</summary>
    public IReadOnlyList<string[]> Rows(string section) => _sections[section];

    /// <summary>The first fields of a section.</summary>
    public IReadOnlyList<string> Words(string section) => _words[section];

    /// <summary>The row of a topic.</summary>
    public string[] Topic(string key) => _topics[key];

    /// <summary>How an action reads when done.</summary>
    public string Past(string action) => _pasts[action];

    /// <summary>Whether there is such a topic.</summary>
    public bool HasTopic(string key) => _topics.ContainsKey(key);

    /// <summary>Whether there is such an action, allowed or forbidden.</summary>
    public bool HasAction(string action) => _pasts.ContainsKey(action);

    /// <summary>The entities of a split: the last quarter for new entities, the others else.</summary>
    public IReadOnlyList<string> Entities(string section, DialogueSplit split)
    {
        var all = _words[section];
        var kept = all.Length - (all.Length / 4);
        return split == DialogueSplit.NewEntities ? all[kept..] : all[..kept];
    }

    /// <summary>The frames of a split: the last for new phrases, the others else.</summary>
    public static IReadOnlyList<string> Frames(IReadOnlyList<string> all, DialogueSplit split) =>
        split == DialogueSplit.NewPhrases ? [all[^1]] : [.. all.Take(all.Count - 1)];

    private static DialogueLexicon Load()
    {
        using var stream =
            typeof(DialogueLexicon).Assembly.GetManifestResourceStream("dialogue-world.txt")
            ?? throw new InvalidOperationException("The words of dialogues are not in this assembly.");
        using var reader = new StreamReader(stream);
        var lexicon = new DialogueLexicon();
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line.StartsWith("# ", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                section = line[2..];
                lexicon._sections[section] = [];
            }
            else if (section == "families")
            {
                lexicon.AddToFamilies(line);
            }
            else
            {
                lexicon._sections[section].Add(line.Split('|'));
            }
        }

        foreach (var (name, rows) in lexicon._sections)
        {
            lexicon._words[name] = [.. rows.Select(row => row[0])];
        }

        foreach (var topic in lexicon._sections["topics"])
        {
            lexicon._topics[topic[0]] = topic;
        }

        foreach (var action in lexicon._sections["allowed"].Concat(lexicon._sections["forbidden"]))
        {
            lexicon._pasts[action[0]] = action[1];
        }

        return lexicon;
    }

    private void AddToFamilies(string line)
    {
        if (line.StartsWith("family ", StringComparison.Ordinal))
        {
            var fields = line[7..].Split('|');
            _families.Add(new Family(fields[0], fields[1]));
            return;
        }

        var (family, rest) = (_families[^1], line[2..]);
        switch (line[0])
        {
            case '*':
                family.Manner = rest;
                break;
            case '!':
                family.Attacks.Add(rest);
                break;
            case '+':
                family.NearMisses.Add(rest);
                break;
            default:
                family.Openings.Add(rest);
                break;
        }
    }
}
