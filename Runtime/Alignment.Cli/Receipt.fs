namespace Alignment.Cli

open System
open System.IO
open Alignment.CommandLine

/// What a script that was started tells of itself; see `Handshake`. Without it nobody could tell a script that does not
/// compile from a bug of ours (fsi ends with 1 for both), nor what a script came to that forgets to return its exit code.
module Receipt =
    /// What a runtime ends with when an exception escapes: its own code, or that of SIGABRT.
    let private crashes = set [ 1; 134; 0xE0434352 ]

    /// The keys of a sweep that needs processes.
    let private split (lines: string list) = [
        for line in lines do
            match line.Split '\t' with
            | [| key; why |] -> key, why
            | _ -> ()
    ]

    let private judge script capture receipt exitCode =
        match File.Exists receipt, exitCode with
        | true, code ->
            let text = File.ReadAllText receipt

            match Int32.TryParse text, text.Split '\n' |> List.ofArray with
            | (true, told), _ -> told
            | _, Handshake.Split :: keys -> raise (SweepSplit(split keys))
            | _ -> code
        | false, 0 when Option.isSome capture ->
            Faults.refuse
                $"%s{script}: hands no experiment over, so there is nothing to check; end it with Experiment.main or Main."
        | false, code when crashes.Contains code ->
            Faults.refuse $"%s{script}: did not come to its experiment; what is wrong stands above."
        | false, code -> code

    /// Runs a script in the environment that it must see, and gives the exit code that it meant.
    /// <param name="told">More variables of that environment.</param>
    let forScript script (capture: string option) (told: (string * string) list) (run: (string * string) list -> int) =
        let receipt = Path.Combine(Path.GetTempPath(), $"align-%O{Guid.NewGuid()}")

        let environment = [
            yield! told
            Handshake.ReceiptVariable, receipt
            yield! capture |> Option.map (fun stage -> Handshake.CaptureVariable, stage) |> Option.toList
        ]

        try
            run environment |> judge script capture receipt
        finally
            File.Delete receipt
