namespace Alignment.Cli

open System
open System.Collections
open System.Globalization
open System.IO
open System.Numerics
open System.Text
open System.Text.Json
open Alignment.CommandLine
open Alignment.Runs

/// A query's answer as a table for people, and as JSON.
module QueryText =
    [<Literal>]
    let private Schema = "query/1"

    let private invariant = CultureInfo.InvariantCulture

    /// Numbers stand to the right.
    let private isNumber (column: QueryColumn) =
        match column.Type with
        | "decimal"
        | "double"
        | "float"
        | "real" -> true
        | other -> other.EndsWith "int" || other.EndsWith "integer"

    let private moment (value: DateTime) = value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", invariant)

    let rec private cell (value: obj | null) =
        match value with
        | null -> ""
        | :? string as text -> text
        | :? bool as truth -> if truth then "true" else "false"
        | :? float as number -> Words.exact number
        | :? DateTime as time -> moment time
        | :? DateOnly as day -> day.ToString("yyyy-MM-dd", invariant)
        | :? TimeOnly as time -> time.ToString("HH:mm:ss.FFFFFF", invariant)
        | :? IDictionary as entries ->
            let fields = [ for key in entries.Keys -> $"%s{cell key}: %s{cell entries[key]}" ]

            "{" + String.concat ", " fields + "}"
        | :? IEnumerable as items ->
            let texts = [ for item in items -> cell item ]
            "[" + String.concat ", " texts + "]"
        | :? IFormattable as other -> other.ToString(null, invariant)
        | other -> string other

    /// Below each other, every column as wide as its widest cell; a cell keeps to its line. A plan of `explain` is printed as it is.
    let table (result: QueryResult) =
        let columns = List.ofSeq result.Columns
        let rows = [ for row in result.Rows -> [ for value in row -> cell value ] ]

        match rows with
        | [ _ :: _ ] when List.last columns |> _.Name = "explain_value" -> List.last rows[0]
        | _ ->
            let rows = rows |> List.map (List.map _.ReplaceLineEndings(" "))

            let widths =
                columns
                |> List.mapi (fun at column ->
                    rows |> List.fold (fun width row -> max width (String.length row[at])) column.Name.Length)

            let line cells =
                List.map3
                    (fun (column: QueryColumn) (width: int) (text: string) ->
                        if isNumber column then text.PadLeft width else text.PadRight width)
                    columns
                    widths
                    cells
                |> String.concat "  "
                |> _.TrimEnd()

            String.concat "\n" [
                line (columns |> List.map _.Name)
                widths |> List.map (fun width -> String('-', width)) |> String.concat "  "
                yield! List.map line rows
            ]

    let rec private write (json: Utf8JsonWriter) (lost: float -> unit) (value: obj | null) =
        match value with
        | null -> json.WriteNullValue()
        | :? string as text -> json.WriteStringValue text
        | :? bool as truth -> json.WriteBooleanValue truth
        | :? float as number when not (Double.IsFinite number) ->
            lost number
            json.WriteNullValue()
        | :? float as number -> json.WriteNumberValue number
        | :? single as number when not (Single.IsFinite number) ->
            lost (float number)
            json.WriteNullValue()
        | :? single as number -> json.WriteNumberValue number
        | :? decimal as number -> json.WriteNumberValue number
        | :? BigInteger as number -> json.WriteRawValue(number.ToString invariant)
        | :? uint64 as number -> json.WriteNumberValue number
        | :? int64
        | :? int32
        | :? int16
        | :? sbyte
        | :? byte
        | :? uint16
        | :? uint32 -> json.WriteNumberValue(Convert.ToInt64(value, invariant))
        | :? DateTime as time -> json.WriteStringValue(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", invariant))
        | :? IDictionary as entries ->
            json.WriteStartObject()

            for key in entries.Keys do
                json.WritePropertyName(cell key)
                write json lost entries[key]

            json.WriteEndObject()
        | :? IEnumerable as items ->
            json.WriteStartArray()

            for item in items do
                write json lost item

            json.WriteEndArray()
        | other -> json.WriteStringValue(cell other)

    /// One object. A number that is not finite is null, and what it was stands in `nonfinite`.
    let json (result: QueryResult) =
        use stream = new MemoryStream()
        use json = new Utf8JsonWriter(stream, JsonText.options)
        let lost = ResizeArray()
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteStartArray "columns"

        for column in result.Columns do
            json.WriteStartObject()
            json.WriteString("name", column.Name)
            json.WriteString("type", column.Type)
            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteStartArray "rows"

        for row, cells in Seq.indexed result.Rows do
            json.WriteStartArray()

            for column, value in Seq.indexed cells do
                write json (fun number -> lost.Add(struct (row, column, number))) value

            json.WriteEndArray()

        json.WriteEndArray()

        if lost.Count > 0 then
            json.WriteStartArray "nonfinite"

            for struct (row, column, number) in lost do
                json.WriteStartObject()
                json.WriteNumber("row", row)
                json.WriteNumber("column", column)
                json.WriteString("value", Words.exact number)
                json.WriteEndObject()

            json.WriteEndArray()

        json.WriteEndObject()
        json.Flush()
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)
