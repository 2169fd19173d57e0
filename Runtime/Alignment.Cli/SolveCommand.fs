namespace Alignment.Cli

open Alignment
open Alignment.CommandLine

/// `align solve`: one game of the library or of a file, as an experiment like any script's.
module SolveCommand =
    /// A solver that fits the game where none is named, and why it was chosen.
    let private choose (spec: GameSpec) (request: Request) =
        match request.Solver with
        | Some name -> Solvers.Find name, None
        | None ->
            let fitting = FittingSolver.For(BoundGame.Bind spec)
            fitting.Solver, Some fitting.Reason

    let private experimentOf (spec: GameSpec, changes) (request: Request) =
        let solver, note = choose spec request
        Experiment(spec, solver, script = ""), note, { request with Changes = changes }

    /// The experiment of a game and the options, a note about it, and the options that are still to be brought in.
    let experiment terminal (game: string) (request: Request) =
        experimentOf (GameText.resolve terminal game request.Changes) request

    let private solve command (terminal: Terminal) (request: Request) wantsHelp game =
        let experiment, note, request = experimentOf game request

        if wantsHelp then
            terminal.Out.WriteLine(String.concat "\n\n" (Command.help command :: Help.parameters experiment))
            ExitCode.Done
        else
            let code = Runner.run terminal request experiment
            note |> Option.iter (fun note -> terminal.Error.WriteLine $"note     %s{note}")
            code

    /// One run, in this process.
    let private one command (terminal: Terminal) (request: Request) wantsHelp game =
        match GameText.find terminal game request.Changes with
        | Enumerated spec, changes -> solve command terminal request wantsHelp (spec, changes)
        | RulesAlone(rules, refusal), _ when wantsHelp ->
            let parts = Command.help command :: OpenRunner.help rules refusal request
            terminal.Out.WriteLine(String.concat "\n\n" parts)
            ExitCode.Done
        | RulesAlone(rules, refusal), changes ->
            OpenRunner.run terminal rules refusal { request with Changes = changes }

    /// All keys of a sweep that need runs of their own. Of a family's parameters one is found at a time, so the rest is looked at
    /// with its first value.
    let rec private allSplit terminal game (request: Request) (keys: (string * string) list) =
        let isKnown key = List.exists (fst >> (=) key) keys

        let known, rest =
            request.Changes |> List.partition (fun (key, change) -> change.IsValues && isKnown key)

        let firsts = [
            for key, change in known do
                match change with
                | Values text when not (List.contains key Sweep.ofRun) -> key, Value (Sweep.texts text).Head
                | _ -> ()
        ]

        let solver =
            known
            |> List.tryPick (function
                | "solver", Values text -> Some (Sweep.texts text).Head
                | _ -> None)
            |> Option.orElse request.Solver

        let probe = { request with Changes = rest @ firsts; Solver = solver }

        try
            match GameText.find terminal game probe.Changes with
            | Enumerated spec, changes ->
                let experiment, _, probe = experimentOf (spec, changes) probe
                Settings.apply probe experiment |> ignore
                keys
            | RulesAlone(rules, refusal), changes ->
                OpenRunner.check rules refusal { probe with Changes = changes }
                keys
        with SweepSplit more when more |> List.exists (fst >> isKnown >> not) ->
            allSplit terminal game request (keys @ (more |> List.filter (fst >> isKnown >> not)))

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<RunOption> tokens

        match Command.single command arguments.Positional with
        | None when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "solve: expected a game, such as rock_paper_scissors; `align games` lists them."
        | Some game ->
            let request = { Request.ofOptions arguments.Options with Start = GameNamed game }

            try
                one command terminal request arguments.WantsHelp game
            with SweepSplit keys ->
                SweepRunner.run terminal "solve" game request (allSplit terminal game request keys)

    let command = {
        Name = "solve"
        Operands = "'GAME' [OPTIONS]"
        Summary = "Finds an equilibrium of a library game (`align games`), or of a .nfg, .efg or .csv file."
        Details = fun () -> [ Arguments.help<RunOption> "align solve 'GAME'"; OpenRunner.overview ]
        Examples = [
            "align solve rock_paper_scissors --solver prm+ --steps 1000"
            "align solve 'random_zero_sum(rows=100,columns=100,seed=7)' --solver prm+ --until 'nash_conv < 1e-6' --json"
            "align solve leduc_poker --solver cfr+ --steps 1000 --json"
            "align solve rock_paper_scissors --solver mmd --sweep temperature=0.01,0.1,1"
            "align solve 'liars_dice(dice=2,sides=6)' --solver mccfr --steps 100"
            "align solve game.nfg --solver support_enumeration --format gambit"
        ]
        Run = run
    }
