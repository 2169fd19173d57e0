namespace Alignment.Cli

open System
open System.IO
open Alignment
open Alignment.CommandLine
open Alignment.Runs
open Alignment.Runtime

/// Where runs are looked for.
module RunsPlace =
    /// The folder that a command line names, or the usual one.
    let folder (named: string option) =
        let path = named |> Option.defaultWith RunNames.parent

        if File.Exists path then
            Faults.refuse $"'%s{path}' is a file; name a folder of runs."

        if not (Directory.Exists path) then
            let hint =
                if named.IsSome then
                    ""
                else
                    $" Name a folder of runs, or set %s{RunNames.Variable}."

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

    /// The run that a text names.
    let single text = reading (fun () -> RunNames.find text)

    /// The solver that a run names, for what it claims; what is not known here claims nothing.
    let solver (run: RunFolder) : SolverInfo | null =
        match run.Description.Identity.TryGetValue "solver" with
        | true, name ->
            try
                Solvers.Find(name).Info
            with
            | InputFault _
            | :? ArgumentException -> null
        | _ -> null
