module Alignment.Tests.SequenceFormTests

open System
open System.Threading
open Expecto
open Alignment

let private none = CancellationToken.None
let private values (items: 'a seq) = ValueList.ToValueList items
let private solveFor (tree: GameTree) payoffs = SequenceFormLp.Solve(tree, payoffs, none)
let private solve (tree: GameTree) = solveFor tree (Array.ofSeq tree.Payoffs[0])

let private near tolerance (actual: float) expected what =
    Expect.isLessThanOrEqual
        (abs (actual - expected))
        tolerance
        $"{what}: {actual:R} is not {expected:R} to {tolerance}"

/// A game whose state is its moves: who acts, what they see and what it pays the first player.
type private Moves = {
    Players: string list
    Actor: string -> int option
    Actions: string -> string list
    Sees: string -> string
    Pays: string -> float
} with

    interface IRules<string> with
        member _.Name = "moves"
        member this.Players = values this.Players
        member _.Initial = ""

        member this.Actor state =
            match this.Actor state with
            | Some player -> Turn.Of player
            | None -> Turn.Over

        member this.Actions state = values (this.Actions state)
        member _.Chance _ = failwith "no chance"
        member this.Next(state, action) = state + (this.Actions state)[action]
        member this.InformationState state = this.Sees state
        member this.Returns state = values [ this.Pays state; -(this.Pays state) ]

/// A matrix game: the second player moves last and does not see the first's move.
let private matrix (payoffs: float list list) = {
    Players = [ "one"; "two" ]
    Actor = fun s -> if s.Length < 2 then Some s.Length else None
    Actions = fun s -> [ for k in 0 .. (if s = "" then payoffs.Length else payoffs.Head.Length) - 1 -> string k ]
    Sees = fun s -> if s = "" then "one" else "two"
    Pays = fun s -> payoffs[int s[0] - int '0'][int s[1] - int '0']
}

/// `one` stops for 1, or goes on: then `two` and `one` again have moves that all pay 0.
let private stopping pays = {
    Players = [ "one"; "two" ]
    Actor =
        function
        | ""
        | "gl"
        | "gr" -> Some 0
        | "g" -> Some 1
        | _ -> None
    Actions =
        function
        | "" -> [ "s"; "g" ]
        | "g" -> [ "l"; "r" ]
        | _ -> [ "a"; "b"; "c" ]
    Sees = fun s -> if s = "g" then "two" else $"one {s}"
    Pays = pays
}

// ---- Best responses, written anew ----------------------------------------------------------------------------------

/// Each information set's strategy by label.
let private byLabel (tree: GameTree) (solution: SequenceFormSolution) =
    dict [
        for player, strategy in Seq.zip tree.Players [ solution.First; solution.Second ] do
            for set in player.InformationSets do
                set.Label, strategy[set.First .. set.First + set.Actions.Count - 1]
    ]

/// What the first player gets, by a walk through all histories.
let private expected (rules: IRules<'state>) (strategies: Collections.Generic.IDictionary<string, float array>) =
    let rec walk state =
        let turn = rules.Actor state

        if turn.IsOver then
            (rules.Returns state)[0]
        else
            let chances =
                if turn.IsChance then
                    Array.ofSeq (rules.Chance state)
                else
                    strategies[rules.InformationState state]

            chances |> Seq.mapi (fun a p -> p * walk (rules.Next(state, a))) |> Seq.sum

    walk rules.Initial

/// What the best responses to the strategies gain together.
let private nashConv (tree: GameTree) (solution: SequenceFormSolution) =
    let strategies = [ solution.First; solution.Second ]

    let plans = [
        for player, strategy in Seq.zip tree.Players strategies do
            let plan = Array.create player.Sequences 1.0

            for set in player.InformationSets do
                for a in set.First .. set.First + set.Actions.Count - 1 do
                    plan[a + 1] <- plan[set.Parent] * strategy[a]

            plan
    ]

    let best player =
        let gains = Array.zeroCreate<float> tree.Players[player].Sequences

        for outcome in 0 .. tree.Outcomes - 1 do
            let own, other = tree.Sequences[player][outcome], tree.Sequences[1 - player][outcome]
            gains[own] <- gains[own] + tree.Payoffs[player][outcome] * plans[1 - player][other]

        for set in Seq.rev tree.Players[player].InformationSets do
            let actions = gains[set.First + 1 .. set.First + set.Actions.Count]
            gains[set.Parent] <- gains[set.Parent] + Array.max actions

        gains[0]

    best 0 + best 1

let private valid (tree: GameTree) solution what =
    for KeyValue(label, strategy) in byLabel tree solution do
        Expect.all strategy (fun p -> p >= 0.0 && p <= 1.0) $"{what}, {label}: probabilities"
        near 1e-15 (Array.sum strategy) 1.0 $"{what}, {label}: sum"

/// Solves a game and looks at everything that has to hold whichever game it is.
let private solved (rules: IRules<'state>) =
    let tree = GameTree.Of rules
    let solution = solve tree
    valid tree solution tree.Name
    near 1e-9 (nashConv tree solution) 0.0 $"{tree.Name}: NashConv"
    near 1e-14 (nashConv tree solution) solution.NashConv $"{tree.Name}: NashConv that it tells"
    near 1e-12 (expected rules (byLabel tree solution)) solution.Value $"{tree.Name}: value of the strategies"
    tree, solution

let private refusal action =
    try
        action () |> ignore
        failtest "solved, where a refusal was expected"
    with :? ArgumentException as e ->
        e.Message

// ---- Tests -----------------------------------------------------------------------------------------------------------

[<Tests>]
let tests =
    testList "sequence form" [
        test "kuhn_poker" {
            let tree, solution = solved (KuhnPoker())
            near 1e-12 solution.Value (-1.0 / 18.0) "value"
            let strategy = byLabel tree solution
            let bet label = strategy[label][1]
            // Kuhn's family: the jack bets with some a of at most 1/3, the king with 3 a, the queen calls with a + 1/3.
            let a = bet "player1 J -"
            Expect.isLessThanOrEqual a (1.0 / 3.0 + 1e-12) "bluffs"
            near 1e-12 (bet "player1 K -") (3.0 * a) "king bets"
            near 1e-12 (bet "player1 Q -") 0.0 "queen checks"
            near 1e-12 (bet "player1 Q pb") (a + 1.0 / 3.0) "queen calls"
            near 1e-12 (bet "player2 J p") (1.0 / 3.0) "second bluffs"
            near 1e-12 (bet "player2 Q b") (1.0 / 3.0) "second's queen calls"
        }

        test "leduc_poker" {
            let _, solution = solved (LeducPoker())
            near 5e-8 solution.Value -0.0856064 "value"
            Expect.isLessThan solution.NashConv 1e-9 "NashConv"
        }

        test "a matrix game as a tree" {
            let weighted = [ [ 0.0; -2.0; 3.0 ]; [ 2.0; 0.0; -5.0 ]; [ -3.0; 5.0; 0.0 ] ]
            let _, solution = solved (matrix weighted)
            near 1e-12 solution.Value 0.0 "value"

            for strategy in [ solution.First; solution.Second ] do
                Seq.iter2 (fun p q -> near 1e-12 p q "rock, paper, scissors") strategy [ 0.5; 0.3; 0.2 ]

            // not symmetric: 2 p - (1 - p) = -p + (1 - p) at p = 2/5, and 2 q - (1 - q) = -q + (1 - q) likewise
            let _, solution = solved (matrix [ [ 2.0; -1.0 ]; [ -1.0; 1.0 ] ])
            near 1e-12 solution.Value 0.2 "value"
            near 1e-12 solution.First[0] 0.4 "first"
            near 1e-12 solution.Second[0] 0.4 "second"
        }

        test "other payoffs than the tree's" {
            let tree = GameTree.Of(matrix [ [ 1.0; -1.0 ]; [ -1.0; 1.0 ] ])
            let solution = solveFor tree [| 3e6; 1e6; 0.0; 2e6 |]
            near 1e-6 solution.Value 1.5e6 "value" // 3 q + (1 - q) = 2 (1 - q) at q = 1/4
            near 1e-12 solution.First[0] 0.5 "first"
            near 1e-12 solution.Second[0] 0.25 "second"
        }

        test "uniform in what a player's own moves do not reach" {
            let tree, solution = solved (stopping (fun s -> if s = "s" then 1.0 else 0.0))
            near 1e-12 solution.Value 1.0 "value"
            let strategy = byLabel tree solution
            near 1e-12 (Array.head (strategy.Item "one ")) 1.0 "stops"

            for label in [ "one gl"; "one gr" ] do
                Expect.equal (strategy.Item label) (Array.create 3 (1.0 / 3.0)) label
        }

        test "a player without moves, and payoffs of 0" {
            let alone = {
                matrix [ [ 1.0 ]; [ 4.0 ] ] with
                    Actor = fun s -> if s = "" then Some 0 else None
            }

            let _, solution = solved { alone with Pays = fun s -> float s + 1.0 }
            near 1e-12 solution.Value 2.0 "value"
            near 1e-12 solution.First[1] 1.0 "first"
            let _, solution = solved (stopping (fun _ -> 0.0))
            Expect.equal solution.Value 0.0 "value"
            Expect.equal solution.First[0] 0.5 "uniform"
        }

        test "refusals" {
            let kuhn = GameTree.Of(KuhnPoker())

            Expect.equal
                (refusal (fun () -> solve (GameTree.Of(KuhnPoker 3))))
                "Solver 'sequence_form_lp': expected two players, got 3 of kuhn_poker(players=3)."
                "players"

            Expect.equal
                (refusal (fun () -> solveFor kuhn [| 1.0 |]))
                "Solver 'sequence_form_lp': expected a payoff for each of the 30 outcomes of kuhn_poker, got 1."
                "length"

            let payoffs = Array.ofSeq kuhn.Payoffs[0]
            payoffs[7] <- nan

            Expect.equal
                (refusal (fun () -> solveFor kuhn payoffs))
                "Solver 'sequence_form_lp': expected finite payoffs, got NaN at outcome 7."
                "finite"
        }

        test "cancellation" {
            use source = new CancellationTokenSource()
            source.Cancel()
            let tree = GameTree.Of(KuhnPoker())

            Expect.throwsT<OperationCanceledException>
                (fun () -> SequenceFormLp.Solve(tree, Array.ofSeq tree.Payoffs[0], source.Token) |> ignore)
                "before"
        }

        test "the same game twice, the same bits" {
            let tree = GameTree.Of(LeducPoker())
            let one, other = solve tree, solve tree
            Expect.equal (one.Value, one.First, one.Second) (other.Value, other.First, other.Second) "bits"
        }
    ]
