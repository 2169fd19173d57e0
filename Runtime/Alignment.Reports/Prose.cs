using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Alignment.Reports;

/// <summary>Markdown as markup that a document with our policy can hold.</summary>
/// <remarks>
/// Markup in the Markdown is text. Links lead to the web (<c>https:</c>, <c>http:</c>), to an address (<c>mailto:</c>) or into the document
/// (<c>#</c>); of any other, and of pictures, which the policy would not load, the words stay.
/// </remarks>
internal static class Prose
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .Build();

    private static readonly string[] Schemes = ["https://", "http://", "mailto:", "#"];

    /// <summary>The markup, and the text of the first heading of the first level; null where there is none.</summary>
    public static (string Markup, string? Title) Of(string markdown)
    {
        var document = Markdown.Parse(Clean(markdown), Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToArray())
        {
            if (link.IsImage || !Leads(link.Url))
                Unlink(link);
        }

        foreach (var link in document.Descendants<AutolinkInline>().Where(l => !l.IsEmail && !Leads(l.Url)).ToArray())
            link.ReplaceBy(new LiteralInline(link.Url));
        // alignment would stand in style attributes, which the policy refuses
        foreach (var column in document.Descendants<Table>().SelectMany(table => table.ColumnDefinitions))
            column.Alignment = null;
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        var title = document.Descendants<HeadingBlock>().FirstOrDefault(heading => heading.Level == 1);
        return (writer.ToString(), title is null ? null : Words(title));
    }

    private static bool Leads(string? url) =>
        url is not null && Array.Exists(Schemes, scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    private static void Unlink(LinkInline link) => link.ReplaceBy(new ContainerInline(), copyChildren: true);

    private static string Words(HeadingBlock heading) =>
        string.Concat(
            heading
                .Inline!.Descendants()
                .Select(inline =>
                    inline switch
                    {
                        LiteralInline literal => literal.Content.ToString(),
                        CodeInline code => code.Content,
                        _ => "",
                    }
                )
        );

    // what no document may hold
    private static string Clean(string text) =>
        string.Concat(
            text.Select(c => (c < ' ' && c is not ('\n' or '\t')) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c)
        );
}
