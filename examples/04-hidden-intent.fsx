// A sequential game by its rules: a request is benign or an exploit, and only the red player knows which. It may press the
// request; blue then complies or refuses. To refuse what is benign costs blue 1, to comply with an exploit 2.
#load "alignment.fsx"

open Alignment

/// A position is the text of the moves so far.
type HiddenIntent() =
    interface IRules<string> with
        member _.Name = "hidden intent"
        member _.Players = ValueList.ToValueList [ "red"; "blue" ]
        member _.Initial = ""

        member _.Actor moves =
            match moves with
            | "" -> Turn.Chance
            | "benign"
            | "exploit" -> Turn.Of 0
            | "benign, pressed"
            | "exploit, pressed" -> Turn.Of 1
            | _ -> Turn.Over

        member rules.Actions moves =
            match (rules :> IRules<string>).Actor moves with
            | chance when chance.IsChance -> [ "benign"; "exploit" ]
            | turn when turn.Player = 0 -> [ "pressed"; "dropped" ]
            | _ -> [ "complied"; "refused" ]
            |> ValueList.ToValueList

        member _.Chance _ = ValueList.ToValueList [ 0.7; 0.3 ]

        member rules.Next(moves, action) =
            let label = (rules :> IRules<string>).Actions(moves)[action]
            if moves = "" then label else $"{moves}, {label}"

        // blue sees that a request was pressed, not what it is
        member _.InformationState moves = if moves.EndsWith "pressed" then "blue, pressed" else $"red, {moves}"

        member _.Returns moves =
            let red =
                match moves with
                | "benign, pressed, refused" -> 1.0
                | "exploit, pressed, complied" -> 2.0
                | "exploit, pressed, refused" -> -1.0
                | _ -> 0.0

            ValueList.ToValueList [ red; -red ]

Experiment(Game.FromRules(HiddenIntent()), PredictiveRegretMatchingPlus(), Stop.NashConvBelow 1e-9)
|> Experiment.main fsi.CommandLineArgs
|> exit
