namespace Alignment.CommandLine

open System
open Alignment

/// What help texts say about a particular game and solver.
module Help =
    let private range (parameter: ParameterDeclaration) =
        match Double.IsInfinity parameter.Minimum, Double.IsInfinity parameter.Maximum with
        | true, true -> "a number"
        | false, true -> $"a number from %s{Words.exact parameter.Minimum}"
        | true, false -> $"a number up to %s{Words.exact parameter.Maximum}"
        | false, false -> $"a number from %s{Words.exact parameter.Minimum} to %s{Words.exact parameter.Maximum}"

    let private section title rows =
        let lines = Words.table rows |> List.map (fun row -> "    " + row)
        String.concat "\n" (title :: "" :: lines)

    /// The parameters that a game declares, as a table; none gives nothing.
    let ofGame (spec: GameSpec) =
        match List.ofSeq spec.Parameters with
        | [] -> []
        | parameters ->
            let rows =
                parameters
                |> List.map (fun parameter -> [
                    parameter.Name
                    $"= %s{Words.exact parameter.Value}"
                    range parameter
                    parameter.Description
                ])

            [ section $"PARAMETERS of '%s{spec.Name}', for --set and --sweep:" rows ]

    /// The settings of a solver, as a table; none gives nothing.
    let ofSolver (solver: ISolver) =
        match List.ofSeq solver.Settings with
        | [] -> []
        | settings ->
            let rows =
                settings
                |> List.map (fun setting -> [
                    setting.Name
                    $"= %s{setting.Value}"
                    setting.Range
                    setting.Description
                ])

            let swept =
                match settings |> List.filter _.Sweeps |> List.map _.Name with
                | [] -> ""
                | names ->
                    let listed = String.concat ", " names
                    $" (%s{listed} side by side)"

            [ section $"SETTINGS of '%s{solver.Info.Name}', for --set and --sweep%s{swept}:" rows ]

    /// The stop rule of a run that is asked for none.
    let private ends (experiment: Experiment) =
        $"ENDS, unless --until or --steps says otherwise, at %O{experiment.Options.For(experiment.Game).Until}."

    let parameters (experiment: Experiment) = ofGame experiment.Game @ ofSolver experiment.Solver @ [ ends experiment ]
