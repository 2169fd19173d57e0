namespace Alignment.Cli

open System.IO
open Alignment.CommandLine

/// `align convert`: a game as a file that Gambit, and everything that reads its formats, takes.
module ConvertCommand =
    let private convert (terminal: Terminal) game (file: string) =
        GameFile.check file
        GameText.resolve terminal game [] |> fst |> GameFile.write file
        terminal.Out.WriteLine $"%s{file}  %s{Words.count (FileInfo file).Length} bytes"
        ExitCode.Done

    let private run command (terminal: Terminal) tokens =
        if List.exists Command.isHelp tokens then
            Command.printHelp command terminal
        else
            match Command.operands tokens with
            | [ game; file ] -> convert terminal game file
            | []
            | [ _ ] ->
                Faults.refuse
                    "convert: expected a game and a file to write, as in `align convert kuhn_poker kuhn.efg`; `align games` lists games."
            | _ :: _ :: token :: _ -> Command.unexpected command token

    let command = {
        Name = "convert"
        Operands = "'GAME' FILE"
        Summary =
            "Writes a game as a Gambit file: .efg, its tree, or .nfg, its table (of a small tree: the reduced normal form)."
        Details = fun () -> []
        Examples = [
            "align convert leduc_poker leduc.efg"
            "align convert kuhn_poker kuhn.nfg"
            "align convert payoffs.csv payoffs.nfg"
        ]
        Run = run
    }
