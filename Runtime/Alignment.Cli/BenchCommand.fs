namespace Alignment.Cli

open System
open System.IO
open Alignment.CommandLine

/// `align bench`: the benchmarks are a program of their own, built beside the tool and not part of its package.
module BenchCommand =
    [<Literal>]
    let private Program = "Alignment.Benchmarks"

    /// From bin/Alignment.Cli/release/ to bin/Alignment.Benchmarks/release/.
    let private path () =
        let own = DirectoryInfo(Path.TrimEndingDirectorySeparator AppContext.BaseDirectory)

        match own.Parent with
        | null -> None
        | project ->
            let file = Path.Combine(project.FullName, "..", Program, own.Name, Program + ".dll")
            if File.Exists file then Some(Path.GetFullPath file) else None

    let private run command (terminal: Terminal) (tokens: string list) =
        match tokens, path () with
        | [], _ -> Command.printHelp command terminal
        | [ only ], _ when Command.isHelp only -> Command.printHelp command terminal
        | name :: _, _ when name.StartsWith '-' ->
            Faults.refuse $"bench: expected the name of a benchmark first, got '%s{name}'."
        | _, None ->
            Faults.refuse
                "bench: the benchmarks are not built here; in a clone of the repository, run `dotnet fsi build.fsx build` and use ./align."
        | arguments, Some program -> ChildProcess.run (program :: arguments) []

    let command = {
        Name = "bench"
        Operands = "NAME [OPTIONS]"
        Summary = "Runs a benchmark in a process of its own; options are the benchmark's."
        Details = fun () -> []
        Examples = [ "align bench matrix"; "align bench matrix --help" ]
        Run = run
    }
