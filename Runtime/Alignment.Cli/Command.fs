namespace Alignment.Cli

open Alignment.CommandLine

/// A command of the tool: what `align` lists, what `align NAME --help` prints, and what it does.
type Command = {
    Name: string
    /// What stands behind the name, as in `'GAME' [OPTIONS]`.
    Operands: string
    Summary: string
    /// The text between summary and examples: the options, for commands that have any.
    Details: unit -> string list
    Examples: string list
    /// Gets itself, for its own help.
    Run: Command -> Terminal -> string list -> int
}

module Command =
    let usage command = $"align %s{command.Name} %s{command.Operands}".TrimEnd()

    /// The whole help text.
    let help command =
        let examples = command.Examples |> List.map (fun line -> "    " + line)

        String.concat "\n\n" [
            $"%s{usage command}\n    %s{command.Summary}"
            yield! command.Details()
            String.concat "\n" ("EXAMPLES:\n" :: examples)
        ]

    let printHelp command (terminal: Terminal) =
        terminal.Out.WriteLine(help command)
        ExitCode.Done

    let isHelp token = token = "--help" || token = "-h"

    /// The arguments of a command without options.
    let operands (tokens: string list) =
        tokens
        |> List.iter (fun token ->
            if token.StartsWith '-' then
                Faults.unknown "option" token [ "--help" ] "There is")

        tokens

    /// Refuses an operand too many.
    let unexpected command token =
        Faults.refuse $"%s{usage command}: unexpected '%s{token}'. Quote a name that holds spaces or brackets."

    /// The only operand of a command, if it has one.
    let single command (operands: string list) =
        match operands with
        | [] -> None
        | [ only ] -> Some only
        | _ :: token :: _ -> unexpected command token
