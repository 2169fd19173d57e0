namespace Alignment.CommandLine

open System.IO
open Argu
open Alignment
open YamlDotNet.Core
open YamlDotNet.RepresentationModel

/// Reads `--config` files. A file is a command line in another dress: each entry becomes an option, so that there is one
/// grammar, one set of checks and one set of messages.
module Config =
    /// What would make no sense in a file.
    let private notInFiles = set [ "config"; "dry-run"; "show"; "help" ]

    let private cases = lazy (Arguments.parser<RunOption>()).GetArgumentCases()

    let private keys =
        lazy
            (cases.Value
             |> List.map (fun case -> case.CommandLineNames.Value.Head.TrimStart '-')
             |> List.filter (notInFiles.Contains >> not))

    let private takesValue key =
        cases.Value
        |> List.exists (fun case ->
            case.CommandLineNames.Value.Head = "--" + key && case.UnionCaseInfo.GetFields().Length > 0)

    let private at file (mark: Mark) problem = Faults.refuse $"%s{file}(%d{mark.Line},%d{mark.Column}): %s{problem}"

    let private scalar file (node: YamlNode) : string =
        match node with
        | :? YamlScalarNode as scalar ->
            match scalar.Value with
            | null -> at file node.Start "expected a value here"
            | value -> value
        | other -> at file other.Start "expected a single value here"

    /// Options of which there may be several.
    let private repeated = [ "tag"; "set"; "sweep" ]

    /// Options of which each is a pair.
    let private ofPairs = [ "set"; "sweep" ]

    /// The values of an entry: `tag: [a, b]` is two options, `set: {cost: 1}` is `--set cost=1`, and a list below a key of
    /// `sweep` is `v1,v2`.
    let private values file key (node: YamlNode) =
        match node with
        | :? YamlSequenceNode as items when List.contains key repeated ->
            items.Children |> Seq.map (scalar file) |> List.ofSeq
        | :? YamlMappingNode as pairs when List.contains key ofPairs -> [
            for entry in pairs.Children do
                let value =
                    match entry.Value with
                    | :? YamlSequenceNode as list -> list.Children |> Seq.map (scalar file) |> String.concat ","
                    | single -> scalar file single

                $"%s{scalar file entry.Key}=%s{value}"
          ]
        | single -> [ scalar file single ]

    let private options file (key: YamlNode) (value: YamlNode) =
        let name = scalar file key

        if not (List.contains name keys.Value) then
            let hint = Nearest.Hint(name, keys.Value, "Keys are")
            at file key.Start $"unknown key '%s{name}'.%s{hint}"

        match takesValue name, values file name value with
        | true, values -> values |> List.map (fun value -> $"--%s{name}=%s{value}")
        | false, [ "true" ] -> [ $"--%s{name}" ]
        | false, [ "false" ] -> []
        | false, _ -> at file value.Start $"'%s{name}' is true or false"

    let private document file =
        use text =
            try
                File.OpenText file
            with
            | :? IOException
            | :? System.UnauthorizedAccessException as e -> Faults.refuse $"--config: %s{e.Message}"

        let stream = YamlStream()

        try
            stream.Load text
        with :? YamlException as e ->
            at file e.Start e.Message

        Seq.tryHead stream.Documents |> Option.map _.RootNode

    /// The entries of a file, in its order.
    let private mapping what file =
        match document file with
        | None -> []
        | Some(:? YamlMappingNode as root) -> [ for entry in root.Children -> entry.Key, entry.Value ]
        | Some other -> at file other.Start $"expected lines of `%s{what}: value`"

    /// The entries of a file whose keys are no options, in its order: each key with where it stands and its values, of which a list has several.
    let entries file : (string * string * string list) list = [
        for key, value in mapping "key" file do
            let values =
                match value with
                | :? YamlSequenceNode as items -> items.Children |> Seq.map (scalar file) |> List.ofSeq
                | single -> [ scalar file single ]

            scalar file key, $"%s{file}(%d{key.Start.Line},%d{key.Start.Column})", values
    ]

    /// The options of a file, in its order.
    let read file : RunOption list =
        mapping "option" file
        |> List.collect (fun (key, value) -> options file key value)
        |> Arguments.parse<RunOption>
        |> _.Options
