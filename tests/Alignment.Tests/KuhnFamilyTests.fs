module Alignment.Tests.KuhnFamily

// Szafron, Gibson, Sturtevant (2013), "A parameterized family of equilibrium profiles for three-player Kuhn poker". Cards are 1 (lowest) to 4;
// situations of a player are counted in the order: nobody has bet yet; then what it faces, in the order below. NAMEkl is the probability with
// which a player bets or calls with card k in situation l.
//
//     player1  1 opens        2 after ppb   3 after pbp   4 after pbb
//     player2  1 after p      2 after b     3 after ppbp  4 after ppbb
//     player3  1 after pp     2 after pb    3 after bp    4 after bb
//
// With beta = max(b11, b21) the players get -(1/2 + beta) / 24, -1/48 and (1 + beta) / 24.

open Expecto
open Alignment

let private cards = "TJQK"

let private situations =
    Map [
        "player1", [ "-"; "ppb"; "pbp"; "pbb" ]
        "player2", [ "p"; "b"; "ppbp"; "ppbb" ]
        "player3", [ "pp"; "pb"; "bp"; "bb" ]
    ]

/// A member of the family, by its free parameters.
type private Member = {
    C11: float
    B11: float
    B21: float
    B23: float
    B32: float
    C33: float
    C34: float
}

/// Where b11 is above b21, the second player may call with its second card too (b23), which the third card's calls make up for.
let private b33 m =
    if m.B11 > m.B21 then
        0.5 + m.B11 + m.B21 / 2.0 - m.B23 * (1.0 - m.B21)
    else
        (1.0 + m.B11 + 2.0 * m.B21) / 2.0

/// For each player, card by card, the probability of a bet in each situation.
let private bets m =
    Map [
        "player1", [ [ 0.0; 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.0; 0.0 ]; [ 0.0; 0.0; 0.5; 0.0 ]; [ 0.0; 1.0; 1.0; 1.0 ] ]
        "player2",
        [
            [ m.B11; 0.0; 0.0; 0.0 ]
            [ m.B21; 0.0; m.B23; 0.0 ]
            [ 0.0; m.B32; b33 m; 0.0 ]
            [ 2.0 * (m.B11 + m.B21); 1.0; 1.0; 1.0 ]
        ]
        "player3",
        [
            [ m.C11; 0.0; 0.0; 0.0 ]
            [ 0.5 - m.C11; 0.0; 0.0; 0.0 ]
            [ 0.0; 0.0; m.C33; m.C34 ]
            [ 1.0; 1.0; 1.0; 1.0 ]
        ]
    ]

let private game = lazy BoundGame.Bind(Games.KuhnPoker 3)

let private setsOf (game: BoundGame) p = (nonNull game.Spec.Tree).Tree.Players[p].InformationSets

/// The strategies of a member as the tree counts actions: pass, then bet, in each information set.
let private strategies (m: Member) =
    let game = game.Value

    game.Spec.Players
    |> Seq.mapi (fun p player ->
        setsOf game p
        |> Seq.collect (fun set ->
            let words = set.Label.Split ' '
            let card = cards.IndexOf words[1]
            let situation = List.findIndex ((=) words[2]) situations[player.Name]
            let ofPlayer = Map.find player.Name (bets m)
            let bet = ofPlayer[card][situation]
            [ 1.0 - bet; bet ])
        |> ValueList.ToValueList)
    |> ValueList.ToValueList

/// b32 as large as it may be, or a part of that; c33 then takes the rest.
let private filled part m =
    let most = min 1.0 ((2.0 + 4.0 * m.B11 + 3.0 * m.B21) / 4.0)
    let b32 = part * most

    {
        m with
            B32 = b32
            C33 = max 0.0 (0.5 - b32 + (4.0 * m.B11 + 3.0 * m.B21) / 4.0)
    }

let private zero = { C11 = 0.0; B11 = 0.0; B21 = 0.0; B23 = 0.0; B32 = 0.0; C33 = 0.0; C34 = 0.0 }

[<Tests>]
let tests =
    testList "three-player kuhn family" [
        for name, m in
            [
                "c11 = 0, nobody bluffs", filled 0.7 zero
                "c11 = 0, b21 above b11", filled 0.8 { zero with B11 = 0.1; B21 = 0.2 }
                "c11 = 0, both at 1/4", { zero with B11 = 0.25; B21 = 0.25; B32 = 0.9375; C34 = 1.0 }
                "c11 = 1/2, b11 above b21",
                filled 0.9 { zero with C11 = 0.5; B11 = 0.2; B21 = 0.1; B23 = 0.1 / 1.8; C34 = 0.75 }
                "c11 = 1/2, b23 = 0", filled 0.9 { zero with C11 = 0.5; B11 = 0.2; B21 = 0.1; C34 = 0.75 }
                "c11 = 1/2, b11 = 1/4", filled 1.0 { zero with C11 = 0.5; B11 = 0.25; B23 = 0.125; C34 = 0.5 }
                "c11 between, b11 = b21",
                filled 0.85 { zero with C11 = 0.33; B11 = 1.0 / 6.0; B21 = 1.0 / 6.0; C34 = 0.75 }
            ] do
            test $"a member is certified: {name}" {
                let found = GameSolver.Evaluate(game.Value, strategies m)[0]
                let beta = max m.B11 m.B21
                Expect.isLessThan found.Certificate.NashConv 1e-14 "NashConv"

                for player, value in
                    Seq.zip game.Value.Spec.Players [ -(0.5 + beta) / 24.0; -1.0 / 48.0; (1.0 + beta) / 24.0 ] do
                    Expect.isLessThan (abs (found.Value player - value)) 1e-14 player.Name
            }

        test "a profile beside the family is not" {
            let m = filled 0.8 { zero with B11 = 0.1; B21 = 0.2 }
            let found = GameSolver.Evaluate(game.Value, strategies { m with C11 = 0.3 })[0]
            Expect.isGreaterThan found.Certificate.NashConv 1e-3 "NashConv"
        }

        test "what CFR+ finds lies in the family" {
            let solution =
                GameSolver.Solve(
                    game.Value,
                    Solver.Find "cfr+",
                    SolveOptions(Until = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 50_000L))
                )

            Expect.isLessThan solution.Certificate.NashConv 1e-6 "NashConv"

            let bet =
                Map [
                    for p, player in Seq.indexed game.Value.Spec.Players do
                        for set in setsOf game.Value p do
                            let words = set.Label.Split ' '
                            let situation = List.findIndex ((=) words[2]) situations[player.Name]
                            (player.Name, cards.IndexOf words[1], situation), solution.Strategy(player)[set.First + 1]
                ]

            let found = {
                C11 = bet["player3", 0, 0]
                B11 = bet["player2", 0, 0]
                B21 = bet["player2", 1, 0]
                B23 = bet["player2", 1, 2]
                B32 = bet["player2", 2, 1]
                C33 = bet["player3", 2, 2]
                C34 = bet["player3", 2, 3]
            }

            let beta = max found.B11 found.B21

            for player, value in Seq.zip solution.Players [ -(0.5 + beta) / 24.0; -1.0 / 48.0; (1.0 + beta) / 24.0 ] do
                Expect.isLessThan (abs (solution.Value player - value)) 1e-5 $"value of {player}"

            Expect.isLessThanOrEqual beta 0.2501 "beta"
            Expect.isLessThan (abs (bet["player2", 2, 2] - b33 found)) 1e-3 "b33"
            Expect.isLessThan (abs (bet["player2", 3, 0] - 2.0 * (found.B11 + found.B21))) 1e-3 "b41"
            Expect.isLessThan (abs (bet["player3", 1, 0] - (0.5 - found.C11))) 1e-3 "c21"
            // where b11 is above b21, c11 is 1/2; where it is below, 0
            Expect.isLessThan (abs (found.C11 - (if found.B11 > found.B21 then 0.5 else 0.0))) 1e-3 "c11"

            // everything that no parameter moves
            for player, fixedBets in Map.toList (bets { found with B23 = 0.0 }) do
                for card in 0..3 do
                    for situation in 0..3 do
                        match fixedBets[card][situation] with
                        | 0.0
                        | 1.0
                        | 0.5 as value when
                            (player, card, situation) <> ("player2", 1, 2)
                            && not (player = "player3" && situation = 0 && card < 2)
                            ->
                            Expect.isLessThan
                                (abs (bet[player, card, situation] - value))
                                5e-3
                                $"{player} {cards[card]} {situations[player][situation]}"
                        | _ -> ()
        }
    ]
