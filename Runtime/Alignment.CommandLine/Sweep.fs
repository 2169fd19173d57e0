namespace Alignment.CommandLine

open System
open Alignment

/// The values of a sweep, and whether they can lie side by side in one batch.
module Sweep =
    /// Options of a run that can be swept; each value is a run of its own.
    let ofRun = [ "solver"; "precision"; "executor"; "device"; "steps"; "until" ]

    /// The values as texts: `a..b` in steps of one, or what stands between commas that are in no brackets.
    let texts (text: string) =
        let isRange =
            match text.Split ".." with
            | [| first; last |] -> (Words.tryReal first).IsSome && (Words.tryReal last).IsSome
            | _ -> false

        if isRange then
            Words.numbers text |> Array.map Words.exact |> List.ofArray
        else
            let close (parts, depth) letter =
                match letter, depth, parts with
                | ',', 0, _ -> "" :: parts, 0
                | '(', _, part :: rest -> (part + "(") :: rest, depth + 1
                | ')', _, part :: rest -> (part + ")") :: rest, depth - 1
                | _, _, part :: rest -> (part + string letter) :: rest, depth
                | _ -> parts, depth

            let parts, _ = Seq.fold close ([ "" ], 0) text
            let parts = parts |> List.rev |> List.map _.Trim()

            if List.contains "" parts then
                Faults.refuse $"--sweep: expected values v1,v2,... or a range a..b, got '%s{text}'."

            parts

    let private isDeclared (spec: GameSpec) key = spec.Parameters |> Seq.exists (fun p -> p.Name = key)

    /// Why the values of a setting cannot lie side by side, if a solver has it; values out of its range are refused.
    let private whyNot key values (solver: ISolver) =
        solver.Settings
        |> Seq.tryFind (fun setting -> setting.Name = key && not setting.Sweeps)
        |> Option.map (fun setting ->
            for value in values do
                Faults.reading "--sweep" (fun () ->
                    if setting.TakesSolver then
                        setting.With(Solvers.Find value)
                    else
                        setting.With(value: string))
                |> ignore

            try
                setting.Over(Axis.Of("k", 1), 0.0) |> ignore
                ""
            with :? ArgumentException as e ->
                e.Message)

    /// The keys whose values need runs of their own, with why. What nobody has is not among them: it is refused later.
    let splits (spec: GameSpec) (solver: ISolver) (changes: (string * Change) list) =
        let swept =
            changes
            |> List.choose (function
                | key, Values text when not (isDeclared spec key) -> Some(key, text)
                | _ -> None)

        let isSetting (solver: ISolver) key = solver.Settings |> Seq.exists (fun s -> s.Name = key)

        let solvers =
            match swept |> List.tryFind (fun (key, _) -> key = "solver" && not (isSetting solver key)) with
            | Some(_, text) -> texts text |> List.map Solvers.Find
            | None -> [ solver ]

        [
            for key, text in swept do
                match List.tryPick (fun solver -> whyNot key (texts text) solver) solvers with
                | Some why -> key, why
                | None when List.contains key ofRun && not (List.exists (fun s -> isSetting s key) solvers) ->
                    key, $"'%s{key}' is an option of a whole run."
                | None -> ()
        ]
