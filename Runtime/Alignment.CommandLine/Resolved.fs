namespace Alignment.CommandLine

open System
open System.IO
open Alignment
open YamlDotNet.Core
open YamlDotNet.Core.Events

/// The options of a run with nothing left to defaults, as a configuration file: `--config` of it gives the same run.
module Resolved =
    /// The value of an option.
    type Entry =
        | Text of string
        | Several of string list
        | Pairs of (string * string) list
        /// Nothing that is read.
        | Comment of string

    /// The parameters of a library game that make another specification of it, and stand in no specification.
    let ofFamily (request: Request) =
        let left = request.Changes |> List.map fst |> set

        Request.changes request
        |> List.choose (function
            | key, Value text when not (left.Contains key) -> Some(key, text)
            | _ -> None)

    let private swept (request: Request) =
        Request.changes request
        |> List.choose (function
            | key, Values text -> Some(key, text)
            | _ -> None)

    /// A solver with all its settings but those that are swept; nothing for one that no name leads to, which the script alone has.
    let solver (request: Request) (solver: ISolver) =
        let swept = swept request |> List.map fst |> set
        let fixed' = solver.Settings |> Seq.filter (fun s -> not (swept.Contains s.Name)) |> List.ofSeq

        let text =
            match fixed' with
            | [] -> solver.Info.Name
            | settings ->
                let listed = settings |> List.map (fun s -> $"%s{s.Name}=%s{s.Value}") |> String.concat ","
                $"%s{solver.Info.Name}(%s{listed})"

        let values (solver: ISolver) =
            solver.Settings
            |> Seq.filter (fun s -> not (swept.Contains s.Name))
            |> Seq.map (fun s -> s.Name, s.Value)
            |> List.ofSeq

        let isRead =
            try
                let read = Solvers.Find text
                read.GetType() = solver.GetType() && values read = values solver
            with
            | InputFault _
            | :? ArgumentException -> false

        if isRead then [ "solver", Text text ] else []

    let private declared (spec: GameSpec) swept = [
        for parameter in spec.Parameters do
            if not (Set.contains parameter.Name swept) then
                parameter.Name, Words.exact parameter.Value
    ]

    let private start (request: Request) =
        match request.Start with
        | Script path -> $"align run %s{path}"
        | GameNamed text -> $"align solve '%s{text}'"

    /// The stop rule, if it was asked for: a rule in a file is one that was, and whoever does not reach it ends with exit code 3.
    let until (request: Request) (rule: string) =
        if request.Until.IsSome || request.Steps.IsSome then
            "until", Text rule
        else
            "until",
            Comment $"until: %s{rule} (not asked for; a run that is asked and does not reach it ends with exit code 3)"

    let private scalar (text: string) = Scalar text

    /// A configuration file: lines of comment, and the entries; one without pairs is left out.
    let file (comments: string list) (entries: (string * Entry) list) =
        use writer = new StringWriter(NewLine = "\n")

        let told =
            entries
            |> List.choose (function
                | _, Comment text -> Some text
                | _ -> None)

        for line in comments @ told do
            writer.WriteLine $"# %s{line}"

        let emitter = Emitter writer
        let emit (events: ParsingEvent list) = events |> List.iter emitter.Emit
        emit [ StreamStart(); DocumentStart(); MappingStart() ]

        for key, entry in entries do
            match entry with
            | Pairs []
            | Comment _ -> ()
            | Text text -> emit [ scalar key; scalar text ]
            | Several texts ->
                emit [
                    scalar key
                    SequenceStart(AnchorName.Empty, TagName.Empty, true, SequenceStyle.Flow)
                    for text in texts do
                        scalar text
                    SequenceEnd()
                ]
            | Pairs pairs ->
                emit [
                    scalar key
                    MappingStart()
                    for name, value in pairs do
                        scalar name
                        scalar value
                    MappingEnd()
                ]

        emit [ MappingEnd(); DocumentEnd true; StreamEnd() ]
        string writer

    /// The file of a run.
    let text (request: Request) (entries: (string * Entry) list) =
        file
            [
                "The options of this run, none left to a default."
                $"Again: %s{start request} --config config.yaml"
                if not (List.exists (fst >> (=) "solver") entries) then
                    "The solver is that of the script."
            ]
            entries

    /// The options of an experiment into which those of the request have been brought.
    let ofExperiment (request: Request) (experiment: Experiment) =
        let options = experiment.Options
        let swept = swept request
        let sweptNames = swept |> List.map fst |> set
        let optional name value = value |> Option.map (fun text -> name, Text text) |> Option.toList

        text request [
            yield! solver request experiment.Solver
            "set", Pairs(ofFamily request @ declared experiment.Game sweptNames)
            "sweep", Pairs swept
            yield! optional "batch" (request.Batch |> Option.map string)
            yield! optional "perturb" (request.Perturb |> Option.map Words.exact)
            until request (string options.Until)
            if options.Seeds.Count = 0 && not (sweptNames.Contains "seed") then
                "seed", Text(string options.Seed)
            "precision", Text(options.Precision.ToString().ToLowerInvariant())
            "executor", Text options.Executor.Name
            "device", Text options.Executor.Device
            yield! optional "threads" (request.Threads |> Option.map string)
        ]
