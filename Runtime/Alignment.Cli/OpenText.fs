namespace Alignment.Cli

open System
open Alignment
open Alignment.CommandLine

/// What was found in a game without its tree, for people.
module OpenText =
    /// The name for a sequential game.
    let solverName (solver: ISolver) =
        match solver.Info.OnTrees with
        | null -> solver.Info.Name
        | name -> name

    /// The certificate, every digit of it.
    let certificateLine (solution: OpenSolution) =
        let certificate = solution.Certificate

        String.concat "" [
            $"certificate %s{certificate.Kind}"
            $" nash_conv=%s{Words.exact certificate.NashConv}"
            $" exploitability=%s{Words.exact certificate.Exploitability}"
            $" standard_error=%s{Words.exact certificate.StandardError}"
        ]

    let private meaning = [
        "This is a lower bound: deviations that were found gain so much, up to the standard error, and others may gain more."
        "The answer is at least that far from equilibrium; how much further is not known. A small bound may be a weak search."
    ]

    let private table (solution: OpenSolution) =
        let gain (deviation: Policy | null) (gain: ValueEstimate) =
            match deviation with
            | null -> "none found"
            | _ -> $"%s{Words.brief gain.Mean}, standard error %s{Words.brief gain.StandardError}"

        Words.table [
            [ "player"; "value"; "95 % interval"; "gains by deviating" ]
            for value, gained, deviation in Seq.zip3 solution.Values solution.Found.Gains solution.Found.Deviations do
                [
                    value.Player
                    Words.brief value.Mean
                    $"%s{Words.brief value.Low} to %s{Words.brief value.High}"
                    gain deviation gained
                ]
        ]

    let private mixture (solution: OpenSolution) =
        if solution.IsMixed then
            let members =
                Seq.zip solution.Game.Players solution.Profile
                |> Seq.map (fun (player, mixture) ->
                    let played = mixture.Weights |> Seq.filter (fun weight -> weight > 0.0) |> Seq.length
                    $"%s{player} %d{played} of %d{mixture.Members.Count}")
                |> String.concat ", "

            [ $"members  %s{members} have weight" ]
        else
            []

    let private settings (solution: OpenSolution) =
        String.concat "" [
            for setting in solution.Solver.Settings do
                $" %s{setting.Name}=%s{setting.Value}"
            for setting in solution.Options.Settings solution.Solver do
                $" %s{setting.Name}=%d{setting.Value}"
        ]

    /// The certificate and what it means, how the run ended, a row a player, and how it was found.
    let summary (solution: OpenSolution) =
        let games = Words.plural (Seq.head solution.Values).Games "game"
        let steps = Words.plural solution.Steps "step"
        let sets = Words.plural (int64 solution.InformationSets) "information set"

        String.concat "\n" [
            certificateLine solution
            yield! meaning
            solution.Status.Sentence
            ""
            yield! table solution
            ""
            $"game     %s{solution.Game.Name}, by its rules alone"
            $"solver   %s{solverName solution.Solver}%s{settings solution}"
            yield! mixture solution
            $"run      %s{steps}, %s{sets}, seed %d{solution.Options.Seed}"
            $"search   %s{solution.Certificate.Oracle}; measured on %s{games}"
            $"time     %s{Words.seconds solution.Seconds} solving, %s{Words.seconds solution.CertificateSeconds} certifying"
        ]
