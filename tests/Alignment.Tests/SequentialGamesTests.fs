module Alignment.Tests.SequentialGamesTests

open System
open Expecto
open Alignment

let private values (items: 'a list) = ValueList.ToValueList items

// ---- An oracle that shares nothing with the solvers: CFR+ over sequences, and exact best responses --------------------

/// One player of CFR+ (Tammelin 2014): regrets are clipped at 0, plans averaged with the weight t^2.
type private Side(tree: Treeplex) =
    let sets = Array.ofSeq tree.InformationSets
    let regrets = Array.zeroCreate<float> tree.Sequences
    let total = Array.zeroCreate<float> tree.Sequences

    /// The probability of every action where it is met: by regrets above 0, else all alike.
    let strategy () =
        let strategy = Array.copy regrets

        for set in sets do
            let actions = Span(strategy, set.First + 1, set.Actions.Count)
            let mutable sum = 0.0

            for a in 0 .. actions.Length - 1 do
                sum <- sum + actions[a]

            for a in 0 .. actions.Length - 1 do
                actions[a] <- if sum > 0.0 then actions[a] / sum else 1.0 / float actions.Length

        strategy

    /// The probability of each sequence.
    member _.Plan() =
        let plan = strategy ()
        plan[0] <- 1.0

        for set in sets do
            for s in set.First + 1 .. set.First + set.Actions.Count do
                plan[s] <- plan[s] * plan[set.Parent]

        plan

    member _.Add(plan: float[], weight: float) =
        for s in 0 .. plan.Length - 1 do
            total[s] <- total[s] + weight * plan[s]

    member _.Average = total |> Array.map (fun x -> x / total[0])

    /// Gains of sequences, those behind an action added to it.
    member _.Learn(gains: float[]) =
        let strategy = strategy ()

        for set in Seq.rev sets do
            let mutable value = 0.0

            for s in set.First + 1 .. set.First + set.Actions.Count do
                value <- value + strategy[s] * gains[s]

            for s in set.First + 1 .. set.First + set.Actions.Count do
                regrets[s] <- max 0.0 (regrets[s] + gains[s] - value)

            gains[set.Parent] <- gains[set.Parent] + value

/// What each of a player's sequences gains at the outcomes that it ends in, when the other plays a plan.
let private gains (tree: GameTree) player (other: float[]) =
    let own, theirs, payoffs = tree.Sequences[player], tree.Sequences[1 - player], tree.Payoffs[player]

    let gains = Array.zeroCreate<float> tree.Players[player].Sequences

    for k in 0 .. tree.Outcomes - 1 do
        gains[own[k]] <- gains[own[k]] + payoffs[k] * other[theirs[k]]

    gains

let private bestResponse (tree: GameTree) player other =
    let gains = gains tree player other

    for set in Seq.rev tree.Players[player].InformationSets do
        let best = Seq.max (seq { for s in set.First + 1 .. set.First + set.Actions.Count -> gains[s] })
        gains[set.Parent] <- gains[set.Parent] + best

    gains[0]

/// What the first player is sure of, and what the second can hold it to.
let private bounds (tree: GameTree) steps =
    let sides = [| Side tree.Players[0]; Side tree.Players[1] |]

    for t in 1..steps do
        for player in 0..1 do
            let other = sides[1 - player].Plan()
            sides[player].Learn(gains tree player other)
            sides[player].Add(sides[player].Plan(), float t * float t)

    -(bestResponse tree 1 sides[0].Average), bestResponse tree 0 sides[1].Average

let private hasValue steps width (tree: GameTree) (value: float) =
    let low, high = bounds tree steps
    Expect.isLessThan (high - low) width $"{tree.Name}: the bounds {low} and {high} are close"
    Expect.isLessThan (low - 1e-9) value $"{tree.Name}: the value is above {low}"
    Expect.isGreaterThan (high + 1e-9) value $"{tree.Name}: the value is below {high}"

// ---- Histories --------------------------------------------------------------------------------------------------------

let private after (rules: IRules<'state>) (moves: string list) =
    (rules.Initial, moves)
    ||> List.fold (fun state move ->
        let actions = rules.Actions state
        let k = actions.IndexOf move
        Expect.isGreaterThanOrEqual k 0 $"{rules.Name}: '{move}' is one of {actions}"
        rules.Next(state, k))

let private returns (rules: IRules<'state>) moves =
    let state = after rules moves
    Expect.isTrue (rules.Actor state).IsOver $"{rules.Name} is over after {moves}"
    List.ofSeq (rules.Returns state)

let private gives rules cases =
    for moves: string, gain: float in cases do
        let found = returns rules (List.ofArray (moves.Split ", "))
        Expect.floatClose Accuracy.veryHigh found[0] gain moves
        Expect.equal found[1] -found[0] "zero-sum"

let private golden (tree: GameTree) lines = Expect.equal tree.Summary (String.concat "\n  " lines) "summary"

// ---- Symmetry ---------------------------------------------------------------------------------------------------------

/// A player's sequences by name: the information set and the action they end with.
let private names (treeplex: Treeplex) = [|
    yield "", ""

    for set in treeplex.InformationSets do
        for action in set.Actions do
            yield set.Label, action
|]

/// Payoffs of a two-player tree by the names of sequences.
let private table (tree: GameTree) =
    let first, second = names tree.Players[0], names tree.Players[1]

    Map [
        for k in 0 .. tree.Outcomes - 1 ->
            (first[tree.Sequences[0][k]], second[tree.Sequences[1][k]]), (tree.Payoffs[0][k], tree.Payoffs[1][k])
    ]

let private close (a, b) (c, d) = abs (a - c) < 1e-12 && abs (b - d) < 1e-12

/// The players are interchangeable: renaming one into the other exchanges payoffs.
let private interchangeable (tree: GameTree) =
    let renamed (label: string, action: string) =
        let other = if label.StartsWith "player1" then "player2" else "player1"
        (if label = "" then "" else other + label.Substring 7), action

    let cells = table tree

    for KeyValue((one, two), (u, v)) in cells do
        Expect.isTrue (close cells[renamed two, renamed one] (v, u)) $"{one} against {two}"

// ---- Matrix games as trees --------------------------------------------------------------------------------------------

let private words (text: string) = text.Split ' ' |> ValueList.ToValueList

let private matrix players actions payoffs =
    MatrixTree("matrix", words players, values (List.map words actions), values (List.map values payoffs))

let private matrices =
    testList "matrix tree" [
        test "rock, paper, scissors" {
            let payoff = [ 0.0; -1.0; 2.0; 1.0; 0.0; -3.0; -2.0; 3.0; 0.0 ]
            let tree = GameTree.Of(matrix "row column" [ "r p s"; "r p s" ] [ payoff; List.map (~-) payoff ])

            golden tree [
                "matrix"
                "13 histories: 4 decisions, 0 chance, 9 ends; depth 2"
                "row: 1 information sets, 4 sequences"
                "column: 1 information sets, 4 sequences"
                "9 outcomes"
            ]

            Expect.sequenceEqual tree.Payoffs[0] payoff "row-major"
            // skew-symmetric: 0
            hasValue 2000 5e-3 tree 0.0
        }

        test "three players: the last one's action is the fastest" {
            let payoffs = [ for p in 0.0 .. 2.0 -> [ for cell in 0.0 .. 11.0 -> 100.0 * p + cell ] ]
            let rules = matrix "a b c" [ "x y"; "u v w"; "l r" ] payoffs
            Expect.equal (returns rules [ "y"; "v"; "r" ]) [ 9.0; 109.0; 209.0 ] "1 * 6 + 1 * 2 + 1"
            Expect.equal (GameTree.Of rules).Size.Ends 12L "cells"
        }

        test "what does not fit together is refused" {
            for create in
                [
                    fun () -> matrix "a b" [ "x y" ] [ [ 1.0; 2.0 ]; [ 1.0; 2.0 ] ]
                    fun () -> matrix "a b" [ "x"; "y" ] [ [ 1.0 ] ]
                    fun () -> matrix "a b" [ "x y"; "z" ] [ [ 1.0; 2.0 ]; [ 1.0 ] ]
                    fun () -> MatrixTree("m", values [], values [], values [])
                    fun () -> MatrixTree("m", words "a", values [ values [] ], values [ values [] ])
                ] do
                Expect.throwsT<ArgumentOutOfRangeException> (create >> ignore) "refused"
        }
    ]

// ---- Games known from the literature ----------------------------------------------------------------------------------

let private oneDie = lazy GameTree.Of(LiarsDice())

let private liarsDice =
    testList "liar's dice" [
        test "golden" {
            let tree = oneDie.Value

            golden tree [
                "liars_dice(dice=1,sides=6)"
                "294883 histories: 147456 decisions, 7 chance, 147420 ends; depth 15"
                "player1: 12288 information sets, 24571 sequences"
                "player2: 12288 information sets, 24571 sequences"
                "147420 outcomes"
            ]

            Expect.equal (tree.Players |> Seq.sumBy _.InformationSets.Count) 24576 "known number"
        }

        test "histories" {
            gives (LiarsDice()) [
                // two dice of 2, where 6 is wild: the bidder wins
                "2, 6, 2x2, liar", 1
                // one 3 only: the caller wins
                "3, 5, 1x3, 2x3, liar", 1
                "3, 5, 1x5, 2x1, liar", 1
                // wild dice count as sixes too, and the last bid belongs to player 2
                "6, 6, 2x1, 2x6, liar", -1
                "1, 1, 1x2, liar", -1
            ]
        }

        test "bids go up, and the highest can only be called" {
            let rules = LiarsDice(1, 2)
            Expect.sequenceEqual (rules.Actions(after rules [ "1"; "1" ])) [ "1x1"; "1x2"; "2x1"; "2x2" ] "no liar yet"
            Expect.sequenceEqual (rules.Actions(after rules [ "1"; "1"; "1x2" ])) [ "2x1"; "2x2"; "liar" ] "higher"
            Expect.sequenceEqual (rules.Actions(after rules [ "1"; "1"; "2x2" ])) [ "liar" ] "highest"
        }

        test "two dice are told sorted, with their probabilities" {
            let rules = LiarsDice(2, 3)
            Expect.sequenceEqual (rules.Actions rules.Initial) [ "11"; "12"; "13"; "22"; "23"; "33" ] "hands"

            Expect.sequenceEqual
                (rules.Chance rules.Initial |> Seq.map (fun p -> Math.Round(9.0 * p, 12)))
                [ 1.0; 2.0; 2.0; 1.0; 2.0; 1.0 ]
                "ninths"
        }

        test "values of small dice" {
            for dice, sides, value in
                [ 1, 2, 1.0 / 2.0; 1, 3, 1.0 / 9.0; 1, 4, 1.0 / 16.0; 1, 5, 1.0 / 125.0; 2, 2, 7.0 / 8.0 ] do
                hasValue 1000 1e-3 (GameTree.Of(LiarsDice(dice, sides))) value
        }

        test "value of one die of six sides" { hasValue 100 1e-2 oneDie.Value (-7.0 / 258.0) }
    ]

let private goofspiel =
    testList "goofspiel" [
        test "golden" {
            golden (GameTree.Of(Goofspiel())) [
                "goofspiel(cards=4,order=descending,information=full,returns=win_loss)"
                "1077 histories: 501 decisions, 0 chance, 576 ends; depth 6"
                "player1: 161 information sets, 341 sequences"
                "player2: 161 information sets, 341 sequences"
                "576 outcomes"
            ]

            golden (GameTree.Of(Goofspiel(information = "win_loss"))) [
                "goofspiel(cards=4,order=descending,information=win_loss,returns=win_loss)"
                "1077 histories: 501 decisions, 0 chance, 576 ends; depth 6"
                "player1: 81 information sets, 175 sequences"
                "player2: 81 information sets, 175 sequences"
                "576 outcomes"
            ]

            golden (GameTree.Of(Goofspiel(3, "random", returns = "difference"))) [
                "goofspiel(cards=3,order=random,information=full,returns=difference)"
                "418 histories: 174 decisions, 28 chance, 216 ends; depth 6"
                "player1: 57 information sets, 118 sequences"
                "player2: 57 information sets, 118 sequences"
                "216 outcomes"
            ]
        }

        test "histories" {
            // prizes 4 3 2 1; the last cards play themselves
            gives (Goofspiel(returns = "difference")) [
                // 4 is tied, 3 and 2 to player 1, 1 to player 2 by 1 against 3
                "4, 4, 3, 2, 2, 1", 3.0 + 2.0 - 1.0
                // 4 and 3 to player 2, 2 tied, 1 to player 1 by 4 against 1
                "1, 4, 2, 3, 3, 2", -4.0 - 3.0 + 2.0 + 1.0
            ]

            gives (Goofspiel()) [ "4, 4, 3, 2, 2, 1", 1; "1, 4, 2, 3, 3, 2", -1; "1, 1, 2, 2, 3, 3", 0 ]
            // prizes 1 2: 2 against 1 for the prize of 1, then 1 against 2 for that of 2
            gives (Goofspiel(2, "ascending", returns = "difference")) [ ("2, 1", -1) ]
            gives (Goofspiel(2, "random", returns = "difference")) [ "1, 2, 1", -1; "2, 2, 1", 1 ]
        }

        test "bids are secret until the trick is over, and after it if only the winner is told" {
            let told information moves =
                let rules = Goofspiel(4, information = information)
                rules.InformationState(after rules moves)

            Expect.equal (told "full" [ "2" ]) "player2 prizes 4" "player 2 does not see the 2"
            Expect.equal (told "full" [ "2"; "3"; "1" ]) "player2 prizes 43 bids 3 against 2" "it does later"
            Expect.equal (told "win_loss" [ "2"; "3"; "1" ]) "player2 prizes 43 bids 3 against +" "it won"
            Expect.equal (told "win_loss" [ "2"; "2" ]) "player1 prizes 43 bids 2 against =" "a tie"
        }

        test "players are interchangeable, so the value is 0" {
            for tree in
                [
                    GameTree.Of(Goofspiel())
                    GameTree.Of(Goofspiel(3, "random", "win_loss"))
                    GameTree.Of(Goofspiel(4, "ascending", "win_loss", "difference"))
                ] do
                interchangeable tree
                hasValue 1000 2e-2 tree 0.0
        }
    ]

let private phantom =
    testList "phantom tic-tac-toe" [
        test "golden" {
            golden (GameTree.Of(PhantomTicTacToe())) [
                "phantom_tic_tac_toe(rows=2,columns=3,line=2,version=abrupt)"
                "3973 histories: 1175 decisions, 0 chance, 2798 ends; depth 9"
                "player1: 189 information sets, 573 sequences"
                "player2: 107 information sets, 393 sequences"
                "2798 outcomes"
            ]

            golden (GameTree.Of(PhantomTicTacToe(1, 3, 2, "classical"))) [
                "phantom_tic_tac_toe(rows=1,columns=3,line=2,version=classical)"
                "55 histories: 31 decisions, 0 chance, 24 ends; depth 5"
                "player1: 10 information sets, 16 sequences"
                "player2: 4 information sets, 10 sequences"
                "24 outcomes"
            ]
        }

        test "histories" {
            gives (PhantomTicTacToe()) [
                "a1, b2, b1", 1 // a row
                "a1, c1, b2", 1 // a diagonal
                "a1, a1, a2", 1 // a column; player 2 lost its turn
                "a1, b1, b1, b2", -1 // player 1 lost its second
                "a1, c2, c1, c1, b1", 1 // and player 2 its second
            ]

            // on three fields in a row 3 in a line are needed: nobody gets them
            gives (PhantomTicTacToe(1, 3, 3, "classical")) [ "a1, b1, c1", 0; "a1, a1, b1, b1, c1", 0 ]
        }

        test "a player knows its own tries alone" {
            let told version moves =
                let rules = PhantomTicTacToe(2, 2, 2, version)
                let state = after rules moves
                rules.InformationState state, List.ofSeq (rules.Actions state)

            Expect.equal (told "abrupt" []) ("player1 -", [ "a1"; "b1"; "a2"; "b2" ]) "nothing tried"
            Expect.equal (told "abrupt" [ "a1"; "a1" ]) ("player1 a1", [ "b1"; "a2"; "b2" ]) "player 2 lost its turn"
            Expect.equal (told "classical" [ "a1"; "a1" ]) ("player2 a1!", [ "b1"; "a2"; "b2" ]) "player 2 again"
            Expect.equal (told "classical" [ "a1"; "a1"; "b1" ]) ("player1 a1", [ "b1"; "a2"; "b2" ]) "not told of it"
        }

        test "values" {
            for rows, columns, line, version, value in
                [
                    2, 2, 2, "abrupt", 2.0 / 3.0
                    1, 3, 2, "abrupt", 5.0 / 8.0
                    1, 3, 3, "abrupt", 1.0 / 6.0
                    2, 3, 2, "abrupt", 13.0 / 17.0
                    2, 2, 2, "classical", 1.0
                    1, 3, 2, "classical", 1.0
                    2, 3, 2, "classical", 1.0
                ] do
                hasValue 1000 3e-3 (GameTree.Of(PhantomTicTacToe(rows, columns, line, version))) value
        }
    ]

/// Beer or quiche: what each player gets from a strategy, given as the probability of the first action, and at best.
let private judged strong (first: string -> float) =
    let tree = GameTree.Of(Signalling strong)

    let plan player =
        let plan = Array.zeroCreate<float> tree.Players[player].Sequences
        plan[0] <- 1.0

        for set in tree.Players[player].InformationSets do
            plan[set.First + 1] <- first set.Label
            plan[set.First + 2] <- 1.0 - first set.Label

        plan

    [
        for player in 0..1 ->
            Seq.sum (Seq.map2 (*) (gains tree player (plan (1 - player))) (plan player)),
            bestResponse tree player (plan (1 - player))
    ]

let private signalling =
    testList "signalling" [
        test "golden" {
            golden (GameTree.Of(Signalling())) [
                "signalling(strong=0.9)"
                "15 histories: 6 decisions, 1 chance, 8 ends; depth 3"
                "sender: 2 information sets, 5 sequences"
                "receiver: 2 information sets, 5 sequences"
                "8 outcomes"
            ]
        }

        test "histories" {
            for moves, payoffs in
                [
                    [ "strong"; "beer"; "leave" ], [ 3.0; 1.0 ]
                    [ "strong"; "quiche"; "fight" ], [ 0.0; 0.0 ]
                    [ "weak"; "beer"; "leave" ], [ 2.0; 0.0 ]
                    [ "weak"; "quiche"; "fight" ], [ 1.0; 1.0 ]
                ] do
                Expect.equal (returns (Signalling()) moves) payoffs (String.concat ", " moves)
        }

        test "equilibria" {
            let isEquilibrium found payoffs =
                for (got, best), payoff in List.zip found payoffs do
                    Expect.floatClose Accuracy.veryHigh got payoff "payoff"
                    Expect.isLessThan (best - got) 1e-12 "nobody gains"

            // the first actions are beer and fight
            isEquilibrium
                (judged 0.9 (function
                    | "receiver beer" -> 0.0
                    | _ -> 1.0))
                [ 2.9; 0.9 ]

            isEquilibrium
                (judged 0.9 (function
                    | "receiver beer" -> 1.0
                    | _ -> 0.0))
                [ 2.1; 0.9 ]

            isEquilibrium
                (judged 0.3 (function
                    | "sender weak" -> 0.3 / 0.7
                    | "receiver beer" -> 0.5
                    | _ -> 1.0))
                [ 1.3; 0.7 ]

            let separating =
                judged 0.9 (function
                    | "sender strong"
                    | "receiver quiche" -> 1.0
                    | _ -> 0.0)

            Expect.floatClose
                Accuracy.veryHigh
                (snd separating[0] - fst separating[0])
                0.1
                "weak would rather have beer"
        }
    ]

// ---- Games of oversight -----------------------------------------------------------------------------------------------

let private dialogue =
    testList "inspection dialogue" [
        test "golden" {
            golden (GameTree.Of(InspectionDialogue())) [
                "inspection_dialogue(rounds=2,types=3,innocent=0.5,penalty=0.5,guard=0.1,refusal=0.5,feedback=mode)"
                "395 histories: 96 decisions, 1 chance, 298 ends; depth 5"
                "red: 30 information sets, 61 sequences"
                "blue: 18 information sets, 91 sequences"
                "298 outcomes"
            ]

            Expect.equal
                (GameTree.Of(InspectionDialogue(feedback = "none")).Players[1].InformationSets.Count)
                6
                "blue knows what it did: nothing, or one of five things"
        }

        test "histories" {
            gives (InspectionDialogue()) [
                "innocent, answer, refuse", 0.5
                "innocent, guard1, guard3", 0.2
                "mode2, attack, answer, attack, guard1", 2
                "mode2, attack, guard2", -0.5 // banned
                "mode2, attack, guard3, attack, guard2", 0.5
                "mode3, benign, guard3, attack, refuse", 0.1
                "mode1, benign, refuse, benign, answer", 0.5
            ]
        }

        test "blue is told what was sent, or nothing" {
            let told feedback =
                let rules = InspectionDialogue(feedback = feedback)

                [
                    for moves in [ [ "mode2"; "attack"; "refuse"; "attack" ]; [ "innocent"; "refuse" ] ] ->
                        rules.InformationState(after rules moves)
                ]

            Expect.equal (told "mode") [ "blue 2 r"; "blue b r" ] "told"
            Expect.equal (told "none") [ "blue r"; "blue r" ] "not told"
        }

        test "value of one round" {
            for types, innocent, penalty, guard, refusal in
                [ 3, 0.5, 0.5, 0.1, 0.5; 1, 0.0, 0.5, 0.1, 0.5; 2, 0.8, 1.0, 0.05, 0.4; 4, 0.2, 0.0, 0.3, 2.0 ] do
                let worst y =
                    List.min [ y; y * (1.0 - (1.0 + penalty) / float types) + (1.0 - y) * guard; (1.0 - y) * refusal ]

                let value = Seq.max (seq { for k in 0.0 .. 1e5 -> worst ((1.0 - innocent) * k / 1e5) })
                let tree = GameTree.Of(InspectionDialogue(1, types, innocent, penalty, guard, refusal))
                let low, high = bounds tree 2000
                // the grid misses the largest minimum by less than 2e-5
                Expect.isLessThan (high - low) 1e-3 "close"
                Expect.isLessThan (low - 2e-5) value "above"
                Expect.isGreaterThan (high + 2e-5) value "below"
                hasValue 2000 1e-3 tree (InspectionDialogue.ValueOfOneRound(types, innocent, penalty, guard, refusal))
        }

        test "values of two rounds" {
            hasValue 2000 1e-3 (GameTree.Of(InspectionDialogue())) (291.0 / 745.0)
            hasValue 2000 1e-3 (GameTree.Of(InspectionDialogue(feedback = "none"))) (13.0 / 30.0)
        }
    ]

let private debate =
    testList "debate" [
        test "golden" {
            golden (GameTree.Of(Debate())) [
                "debate(claims=2,budget=1,clear=0.8,obscure=0.6,natural=0.3)"
                "1119 histories: 422 decisions, 25 chance, 672 ends; depth 8"
                "deceiver: 22 information sets, 61 sequences"
                "judge: 180 information sets, 433 sequences"
                "672 outcomes"
            ]
        }

        test "histories" {
            gives (Debate()) [
                // the right side lies in its claim 2; a check of it ends the game
                "left honest, obscure, claim2, clear, found, silent, right claim2", -1
                "left honest, obscure, claim2, clear, missed, claim1, left claim1, left", -1
                "left honest, obscure, claim2, clear, missed, silent, right claim1, right", 1
                "right honest, clear, claim1, clear, missed, silent, right claim1, left", 1
                "right honest, clear, claim1, clear, missed, silent, left claim1", -1
            ]

            gives (Debate(budget = 0)) [ ("right honest, clear, claim1, clear, found, silent, left", 1) ]
        }

        test "what the judge and the deceiver know" {
            let rules = Debate(budget = 2)
            let told = after rules >> rules.InformationState
            let said = [ "right honest"; "obscure"; "claim2"; "clear"; "found"; "claim1" ]

            Expect.equal
                (told [ "right honest"; "obscure"; "claim2"; "clear"; "found" ])
                "deceiver left obscure claim2 against clear"
                "not that it was found"

            Expect.equal
                (told (said @ [ "right claim1" ]))
                "judge left obscure, accuses claim1; right clear, accuses claim2; right claim1 true"
                "styles, accusations, checks"

            let state = after rules (said @ [ "right claim1" ])
            Expect.sequenceEqual (rules.Actions state) [ "left claim1"; "left claim2"; "right claim2" ] "no check twice"
        }

        test "left and right are interchangeable" {
            let swapped (text: string) = text.Replace("left", "?").Replace("right", "left").Replace("?", "right")

            let mirrored (label: string, action: string) =
                let label =
                    match List.ofArray ((swapped label).Split "; ") with
                    | left :: right :: checks when label.StartsWith "judge " ->
                        String.concat "; " ("judge " + right :: left.Substring 6 :: checks)
                    | _ -> swapped label

                label, swapped action

            let cells = table (GameTree.Of(Debate(budget = 2, claims = 3)))

            for KeyValue((one, two), payoffs) in cells do
                Expect.isTrue (close cells[mirrored one, mirrored two] payoffs) $"{one} against {two}"
        }

        test "values" {
            for claims, clear, obscure, natural in
                [ 2, 0.8, 0.6, 0.3; 2, 0.6, 0.6, 0.3; 3, 0.9, 0.3, 0.3; 3, 0.9, 0.3, 0.0; 2, 0.9, 0.3, 1.0 ] do
                let tree = GameTree.Of(Debate(claims, 1, clear, obscure, natural))
                hasValue 2000 3e-3 tree (Debate.ValueOfOneCheck(claims, clear, obscure, natural))

            Expect.floatClose Accuracy.veryHigh (Debate.ValueOfOneCheck(2, 0.8, 0.6, 0.3)) (-15.0 / 17.0) "default"
            // 1 - (1 - q) (1 - 1/n) to the judge
            Expect.floatClose
                Accuracy.veryHigh
                (Debate.ValueOfOneCheck(3, 0.6, 0.6, 0.3))
                (-1.0 + 0.4 * 2.0 / 3.0)
                "equal"

            hasValue 2000 3e-3 (GameTree.Of(Debate(budget = 0))) 0.0
            hasValue 1000 1e-3 (GameTree.Of(Debate(budget = 2))) -1.0
        }
    ]

let private audit =
    testList "audit" [
        test "golden" {
            golden (GameTree.Of(Audit())) [
                "audit(tasks=3,budget=1,scheming=0.5,penalty=1,cost=0.1)"
                "61 histories: 29 decisions, 1 chance, 31 ends; depth 7"
                "model: 12 information sets, 25 sequences"
                "auditor: 3 information sets, 7 sequences"
                "31 outcomes"
            ]
        }

        test "histories" {
            gives (Audit()) [
                "trusted, pass, inspect", 0.1 // the last task passes by itself
                "trusted, pass, pass, pass", 0
                "scheming, sabotage, pass, work, pass, sabotage, pass", 2
                "scheming, sabotage, pass, sabotage, inspect", 1.0 - 1.0 + 0.1
                "scheming, work, inspect, sabotage, sabotage", 2.1
                "scheming, sabotage, inspect", -0.9
            ]
        }

        test "values" {
            // by hand: v(2, 1) = 1/3, v(3, 1) = (1/3 + 4/3 * 2) / 4 = 3/4; one task: min(p, k / (1 + c))
            Expect.floatClose Accuracy.veryHigh (Audit.FreeInspections(2, 1, 1)) (1.0 / 3.0) "v(2, 1)"
            Expect.floatClose Accuracy.veryHigh (Audit.FreeInspections(3, 1, 1)) 0.75 "v(3, 1)"
            hasValue 4000 2e-3 (GameTree.Of(Audit(3, 1, 0.5, 1, 0))) 0.375
            hasValue 4000 2e-3 (GameTree.Of(Audit(4, 2, 1, 0.5, 0))) (Audit.FreeInspections(4, 2, 0.5))
            hasValue 4000 2e-3 (GameTree.Of(Audit(1, 1, 0.5, 1, 0.1))) 0.05
            hasValue 4000 2e-3 (GameTree.Of(Audit(1, 1, 0.02, 1, 0.1))) 0.02
            hasValue 4000 2e-3 (GameTree.Of(Audit())) 0.45
        }
    ]

// ---- By name ----------------------------------------------------------------------------------------------------------

let private byName =
    testList "by name" [
        test "a game by name is the game by code" {
            for text, spec in
                [
                    "kuhn_poker", Games.KuhnPoker()
                    "kuhn_poker(players=3)", Games.KuhnPoker 3
                    "leduc_poker", Games.LeducPoker()
                    "liars_dice(sides=3)", Games.LiarsDice(1, 3)
                    "goofspiel(order=random,cards=3)", Games.Goofspiel(3, "random")
                    "phantom_tic_tac_toe(rows=2,columns=2)", Games.PhantomTicTacToe(2, 2)
                    "signalling(strong=.3)", Games.Signalling 0.3
                    "inspection_dialogue(feedback=none)", Games.InspectionDialogue(feedback = "none")
                    "debate(budget=2)", Games.Debate(budget = 2)
                    "audit(tasks=2)", Games.Audit 2
                ] do
                Expect.equal (GameLibrary.Create text) spec text
        }

        test "known values" {
            for text, value in
                [
                    "kuhn_poker", Some(-1.0 / 18.0)
                    "kuhn_poker(players=3)", None
                    "leduc_poker", Some -0.085606424078
                    "liars_dice", Some(-7.0 / 258.0)
                    "liars_dice(dice=3)", None
                    "goofspiel", Some 0.0
                    "phantom_tic_tac_toe", Some(13.0 / 17.0)
                    "phantom_tic_tac_toe(rows=3,columns=1,version=classical)", Some 1.0
                    "phantom_tic_tac_toe(line=3)", None
                    "signalling", None
                    "inspection_dialogue", None
                    "inspection_dialogue(rounds=1,types=1)", Some 0.0625
                    "debate", Some(-15.0 / 17.0)
                    "debate(budget=0)", Some 0.0
                    "debate(budget=2)", Some -1.0
                    "debate(claims=3,budget=2)", None
                    "audit", None
                    "audit(cost=0)", Some 0.375
                    "audit(tasks=1)", Some 0.05
                    "audit(budget=0)", Some 1.5
                ] do
                match Option.ofNullable (GameLibrary.Parse text).KnownValue, value with
                | Some found, Some known -> Expect.floatClose Accuracy.veryHigh found known text
                | found, known -> Expect.equal found known text
        }

        test "known values of the poker games" {
            hasValue 1000 1e-3 (GameTree.Of(KuhnPoker())) (-1.0 / 18.0)
            hasValue 200 5e-2 (GameTree.Of(LeducPoker())) -0.085606424078
        }

        test "what would be too large or does not fit is refused before the tree is walked" {
            for text, message in
                [
                    "liars_dice(dice=2)",
                    "The game 'liars_dice(dice=2,sides=6)' would have about 7,398,752,256 ends; expected at most 22,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                    "phantom_tic_tac_toe(rows=3,line=4)",
                    "Parameter 'line' of the game 'phantom_tic_tac_toe': expected a whole number from 2 to 3, got '4'."
                    "phantom_tic_tac_toe(columns=2,line=3)",
                    "The game 'phantom_tic_tac_toe(rows=2,columns=2,line=3,version=abrupt)' has no room for a line of 3: expected a line of at most 2."
                    "debate(claims=1,budget=3)",
                    "The game 'debate(claims=1,budget=3,clear=0.8,obscure=0.6,natural=0.3)' has 2 claims: expected a budget of at most as many checks."
                    "audit(budget=4)",
                    "The game 'audit(tasks=3,budget=4,scheming=0.5,penalty=1,cost=0.1)' has 3 tasks: expected a budget of at most as many inspections."
                ] do
                Expect.throwsC (fun () -> GameLibrary.Create text |> ignore) (fun e ->
                    Expect.isTrue (e :? GameSyntaxException) (string e)
                    Expect.equal e.Message message text)

            for text in [ "goofspiel(cards=7)"; "phantom_tic_tac_toe(rows=3)"; "inspection_dialogue(rounds=6,types=6)" ] do
                Expect.throwsT<GameSyntaxException> (fun () -> GameLibrary.Create text |> ignore) text
        }
    ]

// ---- All of them --------------------------------------------------------------------------------------------------------

let private common = [
    test "zero-sum at every outcome" {
        for tree in
            [
                GameTree.Of(LiarsDice(2, 2))
                GameTree.Of(Goofspiel())
                GameTree.Of(Goofspiel(3, "random", "win_loss", "difference"))
                GameTree.Of(PhantomTicTacToe())
                GameTree.Of(InspectionDialogue())
                GameTree.Of(Debate())
                GameTree.Of(Audit())
            ] do
            for k in 0 .. tree.Outcomes - 1 do
                Expect.isLessThan (abs (tree.Payoffs[0][k] + tree.Payoffs[1][k])) 1e-15 tree.Name
    }

    test "numbers and words out of range are refused" {
        let creations: (unit -> obj) list = [
            fun () -> LiarsDice(0)
            fun () -> LiarsDice(5)
            fun () -> LiarsDice(1, 0)
            fun () -> LiarsDice(1, 10)
            fun () -> Goofspiel(1)
            fun () -> Goofspiel(10)
            fun () -> Goofspiel(order = "up")
            fun () -> Goofspiel(information = "some")
            fun () -> Goofspiel(returns = "points")
            fun () -> PhantomTicTacToe(0)
            fun () -> PhantomTicTacToe(4)
            fun () -> PhantomTicTacToe(columns = 4)
            fun () -> PhantomTicTacToe(2, 2, 3)
            fun () -> PhantomTicTacToe(line = 1)
            fun () -> PhantomTicTacToe(version = "dark")
            fun () -> Signalling(-0.1)
            fun () -> Signalling(nan)
            fun () -> InspectionDialogue(0)
            fun () -> InspectionDialogue(7)
            fun () -> InspectionDialogue(types = 10)
            fun () -> InspectionDialogue(innocent = 1.0)
            fun () -> InspectionDialogue(penalty = -1.0)
            fun () -> InspectionDialogue(guard = infinity)
            fun () -> InspectionDialogue(refusal = nan)
            fun () -> InspectionDialogue(feedback = "all")
            fun () -> Debate(0)
            fun () -> Debate(5)
            fun () -> Debate(1, 3)
            fun () -> Debate(budget = -1)
            fun () -> Debate(clear = 1.1)
            fun () -> Debate(obscure = -0.1)
            fun () -> Debate(natural = nan)
            fun () -> Audit(0)
            fun () -> Audit(9)
            fun () -> Audit(2, 3)
            fun () -> Audit(scheming = 0.0)
            fun () -> Audit(penalty = infinity)
            fun () -> Audit(cost = -0.1)
        ]

        for k, create in List.indexed creations do
            Expect.throwsT<ArgumentOutOfRangeException> (create >> ignore) $"number {k}"
    }
]

[<Tests>]
let tests =
    testList "sequential games" [
        matrices
        liarsDice
        goofspiel
        phantom
        signalling
        dialogue
        debate
        audit
        byName
        testList "all of them" common
    ]
