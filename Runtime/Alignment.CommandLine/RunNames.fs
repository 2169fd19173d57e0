namespace Alignment.CommandLine

open System
open System.IO
open Alignment
open Alignment.Runtime

/// How runs are named on a command line.
module RunNames =
    /// Names the folder below which runs are kept and looked for.
    [<Literal>]
    let Variable = "ALIGN_RUNS"

    /// The folder of all runs where none is named.
    let parent () =
        match Environment.GetEnvironmentVariable Variable with
        | null
        | "" -> "runs"
        | folder -> folder

    let private named parent (text: string) =
        let ids = RunFolder.All parent |> Seq.map _.Id |> List.ofSeq

        match ids |> List.filter (fun id -> id = text || id.EndsWith $"-%s{text}"), ids with
        | [], newest :: _ when text = RunFiles.Latest -> Path.Combine(parent, newest)
        | [], _ -> Faults.unknown "run" text ids "There are"
        | [ id ], _ -> Path.Combine(parent, id)
        | several, _ ->
            let listed = String.concat ", " several
            Faults.refuse $"'%s{text}' names %d{several.Length} runs: %s{listed}; write more of the name."

    /// The run that a text names: its folder; its id below `parent`, of which the last part is enough; or `latest` there.
    let findBelow parent (text: string) =
        let isPath = Directory.Exists text || text.Contains Path.DirectorySeparatorChar
        RunFolder.Open(if isPath then text else named parent text)

    /// The run that a text names, where runs usually are.
    let find text = findBelow (parent ()) text
