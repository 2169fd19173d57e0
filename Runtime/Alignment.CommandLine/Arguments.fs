namespace Alignment.CommandLine

open Argu
open Alignment

/// What a command line says: what stands alone, and the options. Help is an option like any other.
type Arguments<'Option> = { Positional: string list; Options: 'Option list; WantsHelp: bool }

/// Argu with the habits of GNU: options before or after what stands alone, `--key value` and `--key=value`, `--` before
/// what is no option, and the nearest name for one that does not exist.
module Arguments =
    /// Where a help text breaks its lines.
    let private width = 100

    let parser<'Option when 'Option :> IArgParserTemplate> () = ArgumentParser.Create<'Option>()

    /// Every name of an option, and whether a value belongs to it.
    let private arities (parser: ArgumentParser) =
        let cases =
            parser.GetArgumentCases()
            |> List.collect (fun case ->
                let takesValue = case.UnionCaseInfo.GetFields().Length > 0
                case.CommandLineNames.Value |> List.map (fun name -> name, takesValue))

        Map.ofList (cases @ (parser.HelpFlags |> List.map (fun flag -> flag, false)))

    let private nameOf (token: string) =
        match token.IndexOf '=' with
        | -1 -> token
        | at -> token[.. at - 1]

    /// Separates what stands alone from the options and their values; neither is looked at.
    let rec private split arities positional options tokens =
        match tokens with
        | [] -> List.rev positional, List.rev options
        | "--" :: rest -> List.rev positional @ rest, List.rev options
        | (token: string) :: rest when token.Length > 1 && token.StartsWith '-' ->
            match Map.tryFind (nameOf token) arities, rest with
            | None, _ ->
                let long = Map.keys arities |> Seq.filter _.StartsWith("--")
                Faults.unknown "option" (nameOf token) long "There are"
            | Some false, _ when token.Contains '=' ->
                Faults.refuse $"%s{nameOf token} takes no value, got '%s{token}'."
            | Some true, value :: rest when not (token.Contains '=') ->
                split arities positional (value :: token :: options) rest
            | _ -> split arities positional (token :: options) rest
        | token :: rest -> split arities (token :: positional) options rest

    let private isHelp (parser: ArgumentParser) token = List.contains token parser.HelpFlags

    /// What was wrong, without Argu's prefix and without the usage that it appends.
    let private firstLine (message: string) = message.Split('\n')[0] |> _.Replace("ERROR: ", "").Trim()

    /// Reads a command line; the texts of options are not looked at yet.
    let parse<'Option when 'Option :> IArgParserTemplate> (tokens: string list) =
        let parser = parser<'Option>()
        let positional, options = split (arities parser) [] [] tokens

        let results =
            try
                parser.ParseCommandLine(options |> List.filter (isHelp parser >> not) |> Array.ofList)
            with :? ArguParseException as e ->
                Faults.refuse (firstLine e.Message)

        {
            Positional = positional
            Options = results.GetAllResults()
            WantsHelp = List.exists (isHelp parser) options
        }

    /// The first token that stands alone, and all others in order: the script of `align run`, and what the script gets.
    let firstPositional<'Option when 'Option :> IArgParserTemplate> (tokens: string list) =
        let arities = arities (parser<'Option>())

        let rec search before tokens =
            match tokens with
            | [] -> None, List.rev before
            | "--" :: script :: rest -> Some script, List.rev before @ rest
            | (token: string) :: value :: rest when
                token.StartsWith '-' && not (token.Contains '=') && Map.tryFind token arities = Some true
                ->
                search (value :: token :: before) rest
            | token :: rest when token.StartsWith '-' -> search (token :: before) rest
            | script :: rest -> Some script, List.rev before @ rest

        search [] tokens

    /// The help text of an option type.
    let help<'Option when 'Option :> IArgParserTemplate> (usage: string) =
        (parser<'Option>()).PrintUsage(programName = usage, usageStringCharacterWidth = width).TrimEnd()
