namespace Alignment.CommandLine

open System
open System.Globalization
open System.IO
open Alignment

/// Numbers and names between text and values; every wrong text is told with what was expected.
module Words =
    let private invariant = CultureInfo.InvariantCulture

    /// The shortest text that reads back as the same number.
    let exact (value: float) = value.ToString("R", invariant)

    /// Five digits, for tables that people read.
    let brief (value: float) =
        if value = 0.0 then
            "0"
        elif abs value >= 1e-3 && abs value < 1e6 then
            value.ToString("0.#####", invariant)
        else
            value.ToString("0.###e-0", invariant)

    /// A duration, for people.
    let seconds (value: float) =
        if value < 1e-3 then $"%.0f{value * 1e6} us"
        elif value < 1.0 then $"%.1f{value * 1e3} ms"
        elif value < 600.0 then $"%.1f{value} s"
        else $"%.0f{value / 60.0} min"

    let count (value: int64) = value.ToString("#,0", invariant)

    /// A whole number that no integer may hold.
    let large (value: float) = value.ToString("#,0", invariant)

    let plural (number: int64) noun = if number = 1L then $"1 %s{noun}" else $"%s{count number} %s{noun}s"

    let tryReal (text: string) =
        match Double.TryParse(text, NumberStyles.Float, invariant) with
        | true, value when Double.IsFinite value -> Some value
        | _ -> None

    /// A finite number above 0.
    let positive option (text: string) =
        match tryReal text with
        | Some value when value > 0.0 -> value
        | _ -> Faults.refuse $"%s{option}: expected a number above 0, got '%s{text}'."

    /// A whole number of a range; `1e6` and `20_000` are whole numbers too.
    let whole option (least: int64) (most: int64) (text: string) =
        match tryReal (text.Replace("_", "")) with
        | Some value when Double.IsInteger value && value >= float least && value <= float most -> int64 value
        | _ ->
            let range =
                if most = Int64.MaxValue then
                    $"a whole number of at least %d{least}"
                else
                    $"a whole number from %d{least} to %d{most}"

            Faults.refuse $"%s{option}: expected %s{range}, got '%s{text}'."

    /// What all draws of a run follow from.
    let seed option (text: string) =
        match UInt64.TryParse(text, invariant) with
        | true, value -> value
        | _ -> Faults.refuse $"%s{option}: expected a whole number of at least 0, got '%s{text}'."

    /// `v1,v2,...`, or `a..b` in steps of one.
    let numbers (text: string) =
        let number part =
            match tryReal part with
            | Some value -> value
            | None -> Faults.refuse $"--sweep: expected numbers v1,v2,... or a range a..b, got '%s{text}'."

        match text.Split ".." with
        | [| first; last |] ->
            let a, b = number first, number last

            if not (Double.IsInteger a && Double.IsInteger b && a <= b && b - a < 1e6) then
                Faults.refuse
                    $"--sweep: a range goes from a whole number up to another, got '%s{text}'; list other values as v1,v2,..."

            [| a..b |]
        | _ -> text.Split ',' |> Array.map number

    /// One of a few words.
    let choice option (words: (string * 'T) list) (text: string) =
        match List.tryFind (fun (word, _) -> word = text) words with
        | Some(_, value) -> value
        | None ->
            let names = List.map fst words
            let listed = String.concat ", " names

            let hint =
                match Nearest.To(text, names) with
                | null -> ""
                | nearest -> $" Did you mean '%s{nearest}'?"

            Faults.refuse $"%s{option}: expected one of %s{listed}, got '%s{text}'.%s{hint}"

    /// The ending of a file's name, in small letters; empty where there is none.
    let extension (path: string) =
        match Path.GetExtension path with
        | null -> ""
        | ending -> ending.ToLowerInvariant()

    /// A file's name without folder and ending.
    let stem (path: string) =
        match Path.GetFileNameWithoutExtension path with
        | null -> ""
        | name -> name

    /// The halves of `key=value`.
    let pair option (text: string) =
        match text.IndexOf '=' with
        | at when at > 0 -> text[.. at - 1].Trim(), text[at + 1 ..].Trim()
        | _ -> Faults.refuse $"%s{option}: expected key=value, got '%s{text}'."

    /// Rows of cells below each other; every column as wide as its widest cell.
    let table (rows: string list list) =
        let widths =
            rows
            |> List.collect List.indexed
            |> List.groupBy fst
            |> List.map (fun (column, cells) -> column, cells |> List.map (fun (_, cell) -> cell.Length) |> List.max)
            |> Map.ofList

        rows
        |> List.map (fun row ->
            let cells = row |> List.mapi (fun column cell -> cell.PadRight widths[column])
            (String.concat "  " cells).TrimEnd())
