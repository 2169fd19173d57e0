namespace Alignment.Cli

open System
open System.IO
open Alignment
open Alignment.CommandLine
open Alignment.Runs

/// Where runs are looked for.
module RunsPlace =
    [<Literal>]
    let Variable = "ALIGN_RUNS"

    /// The folder of all runs where none is named.
    let private usual () =
        match Environment.GetEnvironmentVariable Variable with
        | null
        | "" -> "runs"
        | folder -> folder

    /// The folder that a command line names, or the usual one.
    let folder (named: string option) =
        let path = named |> Option.defaultWith usual

        if File.Exists path then
            Faults.refuse $"'%s{path}' is a file; name a folder of runs."

        if not (Directory.Exists path) then
            let hint = if named.IsSome then "" else $" Name a folder of runs, or set %s{Variable}."
            Faults.refuse $"There is no folder '%s{path}'.%s{hint}"

        path

    /// What the run store refuses, or the system does not let be read, is wrong input.
    let reading action =
        try
            action ()
        with
        | :? RunStoreException
        | :? QueryException
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse e.Message

    /// The runs in a folder, the newest first; what cannot be read gets a line on stderr.
    let all (terminal: Terminal) folder =
        let broken (message: string) = terminal.Error.WriteLine $"align: %s{message}"

        reading (fun () -> RunIndex.Read(folder, broken) |> List.ofSeq)

    /// The run that a text names: its folder; its id in the usual folder, of which the last part is enough; or `latest` there.
    let single (text: string) =
        let usual = usual ()

        let named () =
            let ids = Runtime.RunFolder.All usual |> Seq.map _.Id |> List.ofSeq

            match ids |> List.filter (fun id -> id = text || id.EndsWith $"-%s{text}"), ids with
            | [], newest :: _ when text = Runtime.RunFiles.Latest -> Path.Combine(usual, newest)
            | [], _ -> Faults.unknown "run" text ids "There are"
            | [ id ], _ -> Path.Combine(usual, id)
            | several, _ ->
                let listed = String.concat ", " several
                Faults.refuse $"'%s{text}' names %d{several.Length} runs: %s{listed}; write more of the name."

        reading (fun () -> Runtime.RunFolder.Open(if Directory.Exists text then text else named ()))
