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

    let private describe (request: Request) name (started: DateTimeOffset) about (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("name", (name: string))
        json.WriteStartArray "tags"
        request.Tags |> List.iter json.WriteStringValue
        json.WriteEndArray()
        about json
        json.WriteString("started", started)
        json.WriteEndObject()

    let private ofSolution (solution: Solution) (json: Utf8JsonWriter) =
        json.WriteString("spec", string solution.Game.Declared.Hash)
        json.WriteStartArray "files"

        for file in solution.Game.Files do
            json.WriteStartObject()
            json.WriteString("path", file.Path)
            json.WriteString("sha256", file.Sha256)
            json.WriteEndObject()

        json.WriteEndArray()

    /// Writes files and `run.json` into a folder of their own below a folder, and gives its path.
    /// <param name="title">The name of a run that was given none.</param>
    /// <param name="about">What `run.json` says of the game.</param>
    /// <param name="files">Names, and what writes each.</param>
    let create
        (parent: string)
        (request: Request)
        (started: DateTimeOffset)
        title
        about
        (files: (string * (Stream -> unit)) list)
        =
        let name = defaultArg request.Name title
        let time = started.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)
        let id = Guid.NewGuid().ToString("N")[..7]
        let folder = Path.Combine(parent, $"%s{time}-%s{plain name}-%s{id}")
        let unfinished = folder + ".part"

        try
            Directory.CreateDirectory unfinished |> ignore

            for file, write in files @ [ "run.json", describe request name started about ] do
                use stream = File.Create(Path.Combine(unfinished, file))
                write stream

            Directory.Move(unfinished, folder)
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse $"--out: %s{e.Message}"

        folder

    /// Writes a run below a folder and gives the path of what was written.
    let save (parent: string) (request: Request) (started: DateTimeOffset) (solution: Solution) =
        let spec (stream: Stream) = stream.Write(Text.Encoding.UTF8.GetBytes $"%O{solution.Game.Declared}\n")

        create parent request started solution.Game.Spec.Name (ofSolution solution) [
            "spec.txt", spec
            "solution.json", SolutionJson.write solution
        ]
