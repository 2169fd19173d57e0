/// Drawings of the documents: bars from figures that tests compute, checked in, and held to what is computed.
module Alignment.Tests.Pictures

open System
open System.IO
open Expecto
open Alignment.Tests.Fixtures

/// Bars: a label, and for each series a number at least 0.
type Bars = {
    Title: string
    Unit: string
    Series: string list
    Rows: (string * float list) list
    /// Whether the series of a row are parts of one bar, or bars side by side.
    IsStacked: bool
}

let private colours = [ "#3b6ea8"; "#d98032"; "#8a8f98"; "#5a9e6f" ]
let private number (x: float) = x.ToString("0.##", Globalization.CultureInfo.InvariantCulture)

let private escaped (text: string) = Net.WebUtility.HtmlEncode text

/// The drawing as an SVG document that follows the reader's light or dark scheme.
let svg (bars: Bars) =
    let left, width, top = 190.0, 420.0, 62.0
    let height = if bars.IsStacked then 16.0 else 9.0 * float bars.Series.Length
    let step = height + 10.0
    let total (values: float list) = if bars.IsStacked then List.sum values else List.max values
    let most = bars.Rows |> List.map (snd >> total) |> List.max
    let tick = [ 0.01; 0.02; 0.05; 0.1; 0.2; 0.5; 1.0 ] |> List.find (fun t -> most / t <= 6.0)
    let ticks = [ for k in 0 .. int (ceil (most / tick - 1e-9)) -> float k * tick ]
    let scale = width / List.last ticks
    let bottom = top + step * float bars.Rows.Length

    let text (x: float) (y: float) anchor size (words: string) =
        $"<text x=\"{number x}\" y=\"{number y}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{escaped words}</text>"

    let rectangle (x: float) (y: float) (wide: float) (high: float) series =
        $"<rect x=\"{number x}\" y=\"{number y}\" width=\"{number wide}\" height=\"{number high}\" fill=\"{colours[series]}\"/>"

    String.concat "\n" [
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 {number (bottom + 40.0)}\" font-family=\"sans-serif\">"
        "<style>text{fill:#222}line{stroke:#ccc}@media(prefers-color-scheme:dark){text{fill:#ddd}line{stroke:#555}}</style>"
        $"<title>{escaped bars.Title}</title>"
        text 12.0 22.0 "start" 14 bars.Title

        for k, name in List.indexed bars.Series do
            rectangle (left + 140.0 * float k) 36.0 10.0 10.0 k
            text (left + 140.0 * float k + 15.0) 45.0 "start" 11 name

        for t in ticks do
            $"<line x1=\"{number (left + scale * t)}\" y1=\"{number top}\" x2=\"{number (left + scale * t)}\" y2=\"{number bottom}\"/>"
            text (left + scale * t) (bottom + 14.0) "middle" 10 (number t)

        text (left + width / 2.0) (bottom + 31.0) "middle" 11 bars.Unit

        for row, (label, values) in List.indexed bars.Rows do
            let y = top + step * float row + 5.0
            text (left - 8.0) (y + height / 2.0 + 4.0) "end" 11 label

            for k, value in List.indexed values do
                if bars.IsStacked then
                    rectangle (left + scale * List.sum (List.take k values)) y (scale * value) height k
                else
                    rectangle left (y + 9.0 * float k) (scale * value) 8.0 k

        "</svg>"
        ""
    ]

/// The drawing is the one of the documents; ALIGN_UPDATE_GOLDEN=1 writes it anew.
let isDrawnIn (file: string) (drawing: string) =
    let path = Path.Combine(root, "docs", file)

    if Environment.GetEnvironmentVariable "ALIGN_UPDATE_GOLDEN" = "1" then
        File.WriteAllText(path, drawing)

    Expect.equal
        drawing
        (File.ReadAllText path)
        $"docs/{file} is what is computed; ALIGN_UPDATE_GOLDEN=1 writes it anew"

/// The same of bars.
let isThatOf file bars = isDrawnIn file (svg bars)
