namespace Alignment.CommandLine

open System
open System.Globalization
open System.IO
open System.Text.Json
open Alignment

/// Saves runs. A run gets a folder of its own, which appears complete or not at all; nothing is ever written over.
module RunFolder =
    [<Literal>]
    let Schema = "run/1"

    let private plain (name: string) =
        let word = name |> String.map (fun c -> if Char.IsAsciiLetterOrDigit c || c = '_' then c else '-')

        word[.. min 40 word.Length - 1].Trim '-'

    /// Refuses a place where no folder can be made, before the run that would be lost there.
    let check (parent: string) =
        if File.Exists parent then
            Faults.refuse $"--out: '%s{parent}' is a file; name a folder."

    let private describe (request: Request) name (started: DateTimeOffset) (solution: Solution) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("name", (name: string))
        json.WriteStartArray "tags"
        request.Tags |> List.iter json.WriteStringValue
        json.WriteEndArray()
        json.WriteString("spec", string solution.Game.Declared.Hash)
        json.WriteString("started", started)
        json.WriteStartArray "files"

        for file in solution.Game.Files do
            json.WriteStartObject()
            json.WriteString("path", file.Path)
            json.WriteString("sha256", file.Sha256)
            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteEndObject()

    /// Writes a run below a folder and gives the path of what was written.
    let save (parent: string) (request: Request) (started: DateTimeOffset) (solution: Solution) =
        let name = defaultArg request.Name solution.Game.Spec.Name
        let time = started.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)
        let id = Guid.NewGuid().ToString("N")[..7]
        let folder = Path.Combine(parent, $"%s{time}-%s{plain name}-%s{id}")
        let unfinished = folder + ".part"

        let write file write =
            use stream = File.Create(Path.Combine(unfinished, file))
            write stream

        try
            Directory.CreateDirectory unfinished |> ignore
            File.WriteAllText(Path.Combine(unfinished, "spec.txt"), $"%O{solution.Game.Declared}\n")
            write "solution.json" (SolutionJson.write solution)
            write "run.json" (describe request name started solution)
            Directory.Move(unfinished, folder)
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse $"--out: %s{e.Message}"

        folder
