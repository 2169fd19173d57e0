module Alignment.Tests.TreeTests

open System
open Expecto
open Alignment

let private values (items: 'a list) = ValueList.ToValueList items

/// A coin, then a guess by `one`, then a guess by `two`: a position is the text of the moves. Every part can be broken.
type private Coins = {
    Players: string list
    Actor: string -> Turn
    Actions: string -> string list
    Chance: string -> float list
    Sees: string -> string
    Returns: string -> float list
} with

    interface IRules<string> with
        member _.Name = "coins"
        member this.Players = values this.Players
        member _.Initial = ""
        member this.Actor state = this.Actor state
        member this.Actions state = values (this.Actions state)
        member this.Chance state = values (this.Chance state)
        member this.Next(state, action) = state + (this.Actions state)[action]
        member this.InformationState state = this.Sees state
        member this.Returns state = values (this.Returns state)

let private coins = {
    Players = [ "one"; "two" ]
    Actor =
        fun s ->
            match s.Length with
            | 0 -> Turn.Chance
            | 1 -> Turn.Of 0
            | 2 -> Turn.Of 1
            | _ -> Turn.Over
    Actions = fun _ -> [ "h"; "t" ]
    Chance = fun _ -> [ 0.25; 0.75 ]
    Sees = fun s -> if s.Length = 1 then "one" else $"two {s[1]}"
    Returns = fun s -> if s[0] = s[2] then [ 1.0; 2.0 ] else [ 0.0; -1.0 ]
}

let private refused (rules: IRules<'state>) message =
    Expect.throwsC (fun () -> GameTree.Of rules |> ignore) (fun e ->
        Expect.isTrue (e :? RulesException) (e.ToString())
        Expect.equal e.Message message "message")

let private golden = [
    testCase "kuhn_poker" (fun () ->
        Expect.equal
            (GameTree.Of(KuhnPoker()).Summary)
            (String.concat "\n" [
                "kuhn_poker"
                "  58 histories: 24 decisions, 4 chance, 30 ends; depth 5"
                "  player1: 6 information sets, 13 sequences"
                "  player2: 6 information sets, 13 sequences"
                "  30 outcomes"
            ])
            "summary")

    testCase "leduc_poker" (fun () ->
        Expect.equal
            (GameTree.Of(LeducPoker()).Summary)
            (String.concat "\n" [
                "leduc_poker"
                "  9457 histories: 3780 decisions, 157 chance, 5520 ends; depth 11"
                "  player1: 468 information sets, 1093 sequences"
                "  player2: 468 information sets, 1093 sequences"
                "  5520 outcomes"
            ])
            "summary")

    testCase "kuhn_poker for three and four" (fun () ->
        for players, sets, ends in [ 3, 16, 312; 4, 40, 3960 ] do
            let tree = GameTree.Of(KuhnPoker players)
            Expect.equal tree.Size.Ends (int64 ends) "ends"

            for player in tree.Players do
                Expect.equal player.InformationSets.Count sets player.Player)
]

/// Sequence form by hand: each end is reached once by every pure profile, so summing products over outcomes is the expectation.
let private form = [
    testCase "outcomes merge the ends of equal sequences, weighted by chance" (fun () ->
        let tree = GameTree.Of coins
        // the ends hxh and txh share their sequences
        Expect.equal tree.Outcomes 4 "outcomes"
        Expect.equal tree.Size.Ends 8L "ends"
        let first = tree.Payoffs[0]
        let second = tree.Payoffs[1]

        for k in 0..3 do
            let sequence = tree.Sequences[1][k]
            // two's actions: h after h, t after h, h after t, t after t
            let head = sequence % 2 = 1
            Expect.equal first[k] (if head then 0.25 else 0.75) "to one"
            Expect.equal second[k] (if head then 0.5 - 0.75 else 1.5 - 0.25) "to two")

    testCase "information sets stand behind their parents, and their actions side by side" (fun () ->
        for tree in [ GameTree.Of(LeducPoker()); GameTree.Of(KuhnPoker 3) ] do
            for player in tree.Players do
                let mutable first = 0

                for set in player.InformationSets do
                    Expect.equal set.First first set.Label
                    Expect.isLessThanOrEqual set.Parent set.First "the parent sequence comes before"
                    first <- first + set.Actions.Count

                Expect.equal player.Actions first "actions")

    testCase "poker is zero-sum at every outcome" (fun () ->
        let tree = GameTree.Of(LeducPoker())

        for k in 0 .. tree.Outcomes - 1 do
            Expect.isLessThan (abs (tree.Payoffs[0][k] + tree.Payoffs[1][k])) 1e-15 "sum")
]

let private broken = [
    testCase "chance" (fun () ->
        refused
            { coins with Chance = fun _ -> [ 0.25; 0.5 ] }
            "coins, after no move: the probabilities of h, t sum to 0.75, expected 1"

        refused
            { coins with Chance = fun _ -> [ -0.25; 1.25 ] }
            "coins, after no move: the probability of 'h' is -0.25"

        refused
            { coins with Chance = fun _ -> [ 1.0 ] }
            "coins, after no move: chance has 2 actions and 1 probabilities")

    testCase "actions" (fun () ->
        let actions answer = { coins with Actions = fun s -> if s = "ht" then answer else [ "h"; "t" ] }

        refused (actions []) "coins, after h t: Actions gives none, and the game is not over"
        refused (actions [ "h"; "h" ]) "coins, after h t: the action 'h' occurs twice"
        refused (actions [ "h"; " " ]) "coins, after h t: an action has an empty label"

        refused
            {
                coins with
                    Actions = fun s -> if s = "th" then [ "h"; "t"; "u" ] else [ "h"; "t" ]
            }
            "coins, after t h: information state 'two h' has the actions h, t, u here and h, t after h h; a player who cannot tell two positions apart has the same actions in both")

    testCase "information states" (fun () ->
        refused
            { coins with Sees = fun _ -> "same" }
            "coins, after h h: information state 'same' belongs to 'two' here and to 'one' after h; let the texts begin with the player"

        refused { coins with Sees = fun _ -> "" } "coins, after h: InformationState of 'one' is empty"

        // one player guesses twice and forgets the first guess
        refused
            {
                coins with
                    Actor =
                        fun s ->
                            if s.Length = 0 then Turn.Chance
                            elif s.Length < 3 then Turn.Of 0
                            else Turn.Over
                    Sees = fun s -> $"move {s.Length}"
            }
            "coins, after h t: imperfect recall: information set 'move 2' is met here after 'one' did 't' in 'move 1', and after h h when it did 'h' in 'move 1'; InformationState must hold what the player knew and did before")

    testCase "players and returns" (fun () ->
        refused { coins with Players = [] } "coins: expected at least one player, got none."

        refused
            { coins with Players = [ "one" ] }
            "coins, after h h: Actor gives player 1, and the players are counted from 0 to 0"

        refused { coins with Returns = fun _ -> [ 1.0 ] } "coins, after h h h: Returns gives 1 numbers for 2 players"

        refused { coins with Returns = fun _ -> [ 1.0; nan ] } "coins, after h h h: the return of 'two' is NaN")

    testCase "rules that throw, and rules that never end" (fun () ->
        refused
            {
                coins with
                    Returns = fun s -> if s = "tth" then invalidOp "no such coin" else [ 0.0; 0.0 ]
            }
            "coins, after t t h: the rules throw InvalidOperationException: no such coin"

        refused
            {
                coins with
                    Actor = fun _ -> Turn.Chance
                    Actions = fun _ -> [ "h" ]
                    Chance = fun _ -> [ 1.0 ]
            }
            "coins, after no move: a game goes on for more than 10,000 moves; do the rules go round in a circle?")

    testCase "a game that is too large" (fun () ->
        Expect.throwsC (fun () -> GameTree.Of(LeducPoker(), 1000L) |> ignore) (fun e ->
            Expect.stringStarts
                e.Message
                "leduc_poker has more than 1,000 histories, the most that are enumerated (about "
                "message"))

    testCase "progress is told, and cancellation heard" (fun () ->
        let told = ResizeArray<TreeProgress>()

        let progress = {
            new IProgress<TreeProgress> with
                member _.Report moment = told.Add moment
        }

        GameTree.Of(LeducPoker(), progress = progress) |> ignore
        Expect.equal told[0].Histories 0L "before the first"
        Expect.floatClose { absolute = 1500.0; relative = 0.0 } told[0].Expected 9457.0 "about as many"
        Expect.isGreaterThan told[0].Bytes 1e5 "memory"
        Expect.equal told[told.Count - 1].Histories 9457L "histories"

        Expect.throwsT<OperationCanceledException>
            (fun () -> GameTree.Of(LeducPoker(), cancellationToken = Threading.CancellationToken true) |> ignore)
            "cancelled")
]

[<Tests>]
let tests =
    testList "trees" [ testList "golden" golden; testList "sequence form" form; testList "broken rules" broken ]
