using System.Text;

namespace Alignment;

/// <summary>Prints expressions in infix form, sharing repeated subexpressions by name.</summary>
internal static class ExprText
{
    private const int Sum = 1;
    private const int Product = 2;
    private const int Prefix = 3;
    private const int Atom = 4;

    public static string Print(Expr root)
    {
        var order = Expr.Topological(root);
        var uses = new Dictionary<Expr, int>();
        foreach (var argument in order.SelectMany(node => node.Arguments))
            uses[argument] = uses.GetValueOrDefault(argument) + 1;

        var texts = new Dictionary<Expr, (string Text, int Strength)>();
        var definitions = new List<string>();
        foreach (var node in order)
        {
            var (text, strength) = Render(node, texts);
            if (node.Arguments.Count > 0 && uses.GetValueOrDefault(node) > 1)
            {
                var name = $"t{definitions.Count + 1}";
                definitions.Add($"{name} = {text}");
                (text, strength) = (name, Atom);
            }

            texts[node] = (text, strength);
        }

        var result = new StringBuilder(texts[root].Text);
        for (var k = 0; k < definitions.Count; k++)
            result.Append(k == 0 ? " where " : "; ").Append(definitions[k]);
        return result.ToString();
    }

    private static (string Text, int Strength) Render(Expr node, Dictionary<Expr, (string Text, int Strength)> texts)
    {
        string Plain(int k) => texts[node.Arguments[k]].Text;
        string AtLeast(int k, int strength) =>
            texts[node.Arguments[k]].Strength >= strength ? Plain(k) : $"({Plain(k)})";
        string All() => string.Join(", ", node.Arguments.Select((_, k) => Plain(k)));

        return node.Op switch
        {
            Op.Constant c => (Quote.Number(c.Value), c.Value < 0 ? Prefix : Atom),
            Op.Literal l => (l.Tensor.ToString(), Atom),
            Op.Parameter p => (Quote.Label(p.Declaration.Name), Atom),
            Op.Data d => (d.Signature, Atom),
            Op.Signal s => ($"{Quote.Label(s.Name)}[{Names(s.Axes)}]", Atom),
            Op.State s => ($"{s.Name}[{Names(s.Axes)}]", Atom),
            Op.Random r => (
                $"{(r.Kind == RandomKind.Uniform ? "uniform" : "normal")}({Quote.Label(r.Name)})[{Names(r.Axes)}]",
                Atom
            ),
            Op.Unary { Kind: UnaryKind.Negate } => ($"-{AtLeast(0, Prefix)}", Prefix),
            Op.Binary { Kind: BinaryKind.Add } => ($"{AtLeast(0, Sum)} + {AtLeast(1, Product)}", Sum),
            Op.Binary { Kind: BinaryKind.Subtract } => ($"{AtLeast(0, Sum)} - {AtLeast(1, Product)}", Sum),
            Op.Binary { Kind: BinaryKind.Multiply } => ($"{AtLeast(0, Product)} * {AtLeast(1, Prefix)}", Product),
            Op.Binary { Kind: BinaryKind.Divide } => ($"{AtLeast(0, Product)} / {AtLeast(1, Prefix)}", Product),
            Op.Expand e => ($"expand[{Names(e.Axes)}]({All()})", Atom),
            _ => node.Arguments.Count == 0 ? (node.Op.Signature, Atom) : ($"{node.Op.Signature}({All()})", Atom),
        };
    }

    private static string Names(IEnumerable<Axis> axes) => string.Join(", ", axes.Select(a => a.Name));
}
