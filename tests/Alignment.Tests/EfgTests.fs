module Alignment.Tests.EfgTests

open System
open System.IO
open System.Text
open System.Threading
open Expecto
open Alignment
open Alignment.Formats
open Alignment.CommandLine
open Alignment.Tests.GameFixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private efg text = EfgReader.Parse(text, "game.efg")
let private tree text = GameTree.Of(efg text)
let private lines (all: string list) = String.concat "\n" all

let private refusal read =
    try
        read () |> ignore
        failtest "read, where a refusal was expected"
    with :? InputFormatException as e ->
        e

let private faulty action message =
    Expect.throwsC (fun () -> action () |> ignore) (fun e ->
        Expect.isTrue (e :? RulesException) (e.ToString())
        Expect.equal e.Message message "message")

/// Where a way of action numbers leads.
let private after (game: EfgGame) (way: int list) =
    way |> List.fold (fun node action -> game.Next(node, action)) game.Initial

let private pays (game: EfgGame) way = game.Returns(after game way) |> List.ofSeq

let private sets (tree: GameTree) player =
    tree.Players[player].InformationSets
    |> Seq.map (fun set -> set.Label, List.ofSeq set.Actions)
    |> List.ofSeq

// ---- Games, written by hand ----------------------------------------------------------------------------------------

let private trust =
    lines [
        "EFG 2 R \"Trust\" { \"Investor\" \"Trustee\" }"
        "\"What is sent is tripled.\""
        ""
        "p \"start\" 1 1 \"send\" { \"keep\" \"trust\" } 0"
        "t \"\" 1 \"kept\" { 10, 10 }"
        "p \"\" 2 1 \"repay\" { \"grab\" \"share\" } 0"
        "t \"\" 2 \"grabbed\" { 0, 40 }"
        "t \"\" 3 \"shared\" { 20, 20 }"
    ]

/// One card each of three; only the first player may bet. What was described is referred to by number alone.
let private poker =
    lines [
        "EFG 2 R \"Three cards\" { \"one\" \"two\" }"
        "c \"deal\" 1 \"cards\" { \"JQ\" 1/6 \"JK\" 1/6 \"QJ\" 1/6 \"QK\" 1/6 \"KJ\" 1/6 \"KQ\" 1/6 } 0"
        "p \"\" 1 1 \"J\" { \"check\" \"bet\" } 0"
        "t \"\" 2 \"ante lost\" { -1 1 }"
        "p \"\" 2 1 \"Q\" { \"fold\" \"call\" } 0"
        "t \"\" 1 \"ante won\" { 1 -1 }"
        "t \"\" 4 \"bet lost\" { -2 2 }"
        "p \"\" 1 1 0  t \"\" 2  p \"\" 2 2 \"K\" { \"fold\" \"call\" } 0  t \"\" 1  t \"\" 4"
        "p \"\" 1 2 \"Q\" { \"check\" \"bet\" } 0"
        "t \"\" 1"
        "p \"\" 2 3 \"J\" { \"fold\" \"call\" } 0"
        "t \"\" 1"
        "t \"\" 3 \"bet won\" { 2 -2 }"
        "p \"\" 1 2 0  t \"\" 2  p \"\" 2 2 0  t \"\" 1  t \"\" 4"
        "p \"\" 1 3 \"K\" { \"check\" \"bet\" } 0  t \"\" 1  p \"\" 2 3 0  t \"\" 1  t \"\" 3"
        "p \"\" 1 3 0  t \"\" 1  p \"\" 2 1 \"Q\" { \"fold\" \"call\" } 0  t \"\" 1  t \"\" 3"
    ]

/// An entry fee and a prize on the way, the fee a second time where player A stays out.
let private fees =
    lines [
        "EFG 2 D \"\" { \"A\" \"\" } \"paid on the way\""
        "p\"\"1 7 \"enter\"{\"in\"\"out\"}1\"fee\"{-1 1/2}"
        "c \"\" 2147483647 \"luck\" { \"up\" 1/3 \"down\" 2/3 } 2 \"prize\" { .5, 0, }"
        "t \"\" 3 \"\" { +3 -1e1 }"
        "t \"\" 0"
        "t \"out\" 1 \"fee\" { -1.0, 0.5 }"
    ]

let private reading =
    testList "reading" [
        testCase "a trust game" (fun () ->
            let game = efg trust
            Expect.equal (game.Name, game.Title, game.Comment) ("Trust", "Trust", "What is sent is tripled.") "texts"
            Expect.sequenceEqual game.Players [ "Investor"; "Trustee" ] "players"
            Expect.equal (string game) "'Trust': 5 nodes, players Investor, Trustee" "text"
            Expect.equal (pays game [ 0 ]) [ 10; 10 ] "kept"
            Expect.equal (pays game [ 1; 0 ]) [ 0; 40 ] "grabbed"
            Expect.equal (pays game [ 1; 1 ]) [ 20; 20 ] "shared"

            Expect.equal
                (GameTree.Of game).Summary
                (lines [
                    "Trust"
                    "  5 histories: 2 decisions, 0 chance, 3 ends; depth 2"
                    "  Investor: 1 information sets, 3 sequences"
                    "  Trustee: 1 information sets, 3 sequences"
                    "  3 outcomes"
                ])
                "summary"

            Expect.equal (sets (GameTree.Of game) 0) [ "Investor send", [ "keep"; "trust" ] ] "labels")

        testCase "a poker of three cards" (fun () ->
            let tree = tree poker

            Expect.equal
                tree.Summary
                (lines [
                    "Three cards"
                    "  31 histories: 12 decisions, 1 chance, 18 ends; depth 3"
                    "  one: 3 information sets, 7 sequences"
                    "  two: 3 information sets, 7 sequences"
                    "  15 outcomes"
                ])
                "summary"

            Expect.equal (sets tree 1 |> List.map fst) [ "two Q"; "two K"; "two J" ] "in order of first mention"
            // A jack that checks loses the ante to both other cards: -1/6 twice.
            let check = [ 0..14 ] |> List.find (fun k -> tree.Sequences[0].[k] = 1 && tree.Sequences[1].[k] = 0)

            Expect.equal (tree.Payoffs[0].[check]) (-1.0 / 6.0 - 1.0 / 6.0) "check")

        testCase "payoffs on the way add up" (fun () ->
            let game = efg fees
            Expect.equal (game.Name, game.Title, game.Comment) ("game", "", "paid on the way") "texts"
            Expect.sequenceEqual game.Players [ "A"; "2" ] "the second by its number"
            // -1 + 0.5 + 3 and 0.5 + 0 - 10; without an outcome of its own what the way paid; the fee twice.
            Expect.equal (pays game [ 0; 0 ]) [ 2.5; -9.5 ] "in, up"
            Expect.equal (pays game [ 0; 1 ]) [ -0.5; 0.5 ] "in, down"
            Expect.equal (pays game [ 1 ]) [ -2; 1 ] "out"
            Expect.sequenceEqual (game.Chance(after game [ 0 ])) [ 1.0 / 3.0; 2.0 / 3.0 ] "thirds"
            Expect.equal (GameTree.Of game).Outcomes 2 "outcomes")

        testCase "probabilities as doubles, decimal or rational of any length" (fun () ->
            let read (a: string) (b: string) =
                let text = $"EFG 2 R \"\" {{ \"A\" }} c \"\" 1 \"\" {{ \"x\" {a} \"y\" {b} }} 0 t \"\" 0 t \"\" 0"

                List.ofSeq ((efg text).Chance(EfgNode()))

            for a, b, expected in
                [
                    "0.1", ".9", [ 0.1; 0.9 ]
                    "1e-1", "9E-1", [ 0.1; 0.9 ]
                    "1", "0", [ 1; 0 ]
                    "+2/6", "4/6", [ 1.0 / 3.0; 2.0 / 3.0 ]
                    "0.3333333333333333", "0.6666666666666666", [ 0.3333333333333333; 0.6666666666666666 ]
                    // 1/3 in integers that no double holds
                    "12345678901234567890123/37037036703703703670369",
                    "24691357802469135780246/37037036703703703670369",
                    [ 1.0 / 3.0; 2.0 / 3.0 ]
                ] do
                Expect.equal (read a b) expected $"{a} and {b}")

        testCase "labels are made unique, and blank ones numbers" (fun () ->
            let game =
                "EFG 2 R \"a\nb\" { \"A\" \"A B\" } "
                + "p \"\" 1 1 \"B c\" { \"x\" \"x\" \"x (2)\" \" \" } 0 t \"\" 0 "
                + "p \"\" 2 1 \"c\" { \"\" \"1\" } 0 t \"\" 0 t \"\" 0 "
                + "p \"\" 2 9 \"c\" { \"l\" } 0 t \"\" 0 "
                + "p \"\" 2 4 \"\" { \"l\" } 0 t \"\" 0"
                |> efg

            let tree = GameTree.Of game
            Expect.equal (game.Name, game.Title) ("a b", "a\nb") "a name is one line"
            Expect.equal (sets tree 0) [ "A B c", [ "x"; "x (2)"; "x (2) (2)"; "4" ] ] "first"

            Expect.equal
                (sets tree 1)
                [ "A B c (2)", [ "1"; "1 (2)" ]; "A B c (3)", [ "l" ]; "A B 4", [ "l" ] ]
                "second")

        testCase "players may number their information sets alike, and one node may be all" (fun () ->
            let game = efg "EFG 2 R \"end\" { \"A\" } t \"\" 1 \"\" { 2 }"
            Expect.equal (pays game []) [ 2 ] "payoff"
            Expect.equal (tree trust).Size.Histories 5L "both have number 1")

        testCase "as deep as the tree goes" (fun () ->
            let chain moves =
                "EFG 2 R \"deep\" { \"A\" } c \"\" 1 \"\" { \"x\" 1 } 0 "
                + String.replicate (moves - 1) "c \"\" 1 0 "
                + "t \"\" 0"

            Expect.equal (tree (chain 10_000)).Size.Depth 10_000 "depth"
            let e = refusal (fun () -> efg (chain 10_001))

            Expect.stringEnds
                e.Message
                "the node that starts here lies more than 10,000 moves deep, the most that is read; give a smaller game"
                "message")

        testCase "a reference to a large information set costs no more than its text" (fun () ->
            let actions = String.replicate 10_000 "\"\" "

            let text =
                $"EFG 2 R \"\" {{ \"A\" }} p \"\" 1 1 \"\" {{ {actions}}} 0 "
                + String.replicate 9_000 "p \"\" 1 1 0 "

            let before = GC.GetAllocatedBytesForCurrentThread()
            let e = refusal (fun () -> efg text)
            let bytes = GC.GetAllocatedBytesForCurrentThread() - before
            // 9,001 nodes of 10,000 children each, all but 9,000 of which are missing
            Expect.stringEnds e.Message "at least 90001000 more nodes are needed: is the file complete?" "message"
            Expect.isLessThan bytes 20_000_000L "bytes")

        testCase "a file" (fun () ->
            let path = Path.GetTempFileName()

            try
                File.WriteAllText(path, trust.Replace("\"Trust\"", "\"\""), UTF8Encoding true)
                let game = EfgReader.Read path
                Expect.equal game.Name (string (Path.GetFileNameWithoutExtension path)) "named after the file"
                Expect.equal game.NodeCount 5 "nodes"
            finally
                File.Delete path

            let e = refusal (fun () -> EfgReader.Read "no/such.efg")
            Expect.equal e.Message "no/such.efg: no such file; check the path" "message")

        testCase "questions that a node does not answer" (fun () ->
            let game = efg trust
            let theEnd = after game [ 0 ]

            for action, message in
                [
                    (fun () -> ignore (game.Returns game.Initial)),
                    "At node 1 the game is not over. (Parameter 'state')"
                    (fun () -> ignore (game.Chance game.Initial)), "At node 1 chance does not act. (Parameter 'state')"
                    (fun () -> ignore (game.Actions theEnd)), "At node 2 no one acts. (Parameter 'state')"
                    (fun () -> ignore (game.InformationState theEnd)), "At node 2 no player acts. (Parameter 'state')"
                    (fun () -> ignore (game.Next(theEnd, 0))), "At node 2 the game is over. (Parameter 'state')"
                    (fun () -> ignore (game.Actor(after (efg poker) [ 5; 1; 1 ]))),
                    "There is no node 31 among 5: is it of another game? (Parameter 'state')"
                ] do
                Expect.throwsC action (fun e -> Expect.equal e.Message message "message"))
    ]

// ---- Round trips ---------------------------------------------------------------------------------------------------

let private back (rules: IRules<'state>) = efg (EfgWriter.Write rules)

/// A game of chance alone, with given probabilities.
let private lottery (chance: float list) = {
    new IRules<int> with
        member _.Name = "lottery"
        member _.Players = ValueList.ToValueList [ "A" ]
        member _.Initial = -1
        member _.Actor state = if state < 0 then Turn.Chance else Turn.Over
        member _.Actions _ = chance |> List.mapi (fun k _ -> $"\"{k}\\") |> ValueList.ToValueList
        member _.Chance _ = ValueList.ToValueList chance
        member _.Next(_, action) = action
        member _.InformationState _ = ""
        member _.Returns state = ValueList.ToValueList [ float state / 7.0 - 1e-300 ]
}

let private writing =
    testList "writing" [
        testCase "poker, and back the very same tree" (fun () ->
            Expect.equal (GameTree.Of(back (KuhnPoker()))) (GameTree.Of(KuhnPoker())) "kuhn"
            Expect.equal (GameTree.Of(back (KuhnPoker 3))) (GameTree.Of(KuhnPoker 3)) "kuhn for three"
            Expect.equal (GameTree.Of(back (LeducPoker()))) (GameTree.Of(LeducPoker())) "leduc")

        testCase "what was read" (fun () ->
            for text in [ trust; poker; fees ] do
                let game = efg text
                Expect.equal (GameTree.Of(back game)) (GameTree.Of game) game.Name)

        testCase "the text" (fun () ->
            Expect.equal
                (EfgWriter.Write(efg fees, "a \"c\""))
                (lines [
                    "EFG 2 R \"game\" { \"A\" \"2\" }"
                    "\"a \\\"c\\\"\""
                    ""
                    "p \"\" 1 1 \"A enter\" { \"in\" \"out\" } 0"
                    "c \"\" 1 \"\" { \"up\" 1/3 \"down\" 2/3 } 0"
                    "t \"\" 1 \"Outcome 1\" { 2.5, -9.5 }"
                    "t \"\" 2 \"Outcome 2\" { -0.5, 0.5 }"
                    "t \"\" 3 \"Outcome 3\" { -2, 1 }"
                    ""
                ])
                "by its payoffs at the ends")

        testCase "probabilities come back to the last bit" (fun () ->
            for chance in
                [
                    [ 0.1; 0.2; 0.7 ]
                    [ 1.0 / 3.0; 2.0 / 3.0 ]
                    List.replicate 7 (1.0 / 7.0)
                    [ 1.0 / 99991.0; 99990.0 / 99991.0 ]
                    [ 0.1 + 0.2; 1.0 - (0.1 + 0.2) ]
                    [ Math.PI / 4.0; 1.0 - Math.PI / 4.0 ]
                    [ 1e-12; 1.0 - 1e-12 ]
                    [ 5e-324; 1.0 ]
                ] do
                let game = back (lottery chance)
                Expect.sequenceEqual (game.Chance game.Initial) chance $"%A{chance}"
                Expect.equal (GameTree.Of game) (GameTree.Of(lottery chance)) "tree")

        testCase "thirds are written as Gambit wants them, tenths as decimals, nothing for 0" (fun () ->
            let line chance = (EfgWriter.Write(lottery chance).Split '\n')[3]

            Expect.equal
                (line [ 1.0 / 3.0; 2.0 / 3.0 ])
                "c \"\" 1 \"\" { \"\\\"0\\\\\" 1/3 \"\\\"1\\\\\" 2/3 } 0"
                "thirds"

            Expect.equal (line [ 0.1; 0.0; 0.9 ]) "c \"\" 1 \"\" { \"\\\"0\\\\\" 0.1 \"\\\"2\\\\\" 0.9 } 0" "tenths")

        testCase "what no file can hold is refused" (fun () ->
            faulty
                (fun () -> EfgWriter.Write(KuhnPoker(), mostNodes = 57))
                "kuhn_poker has more than 57 nodes, the most that are written; make the game smaller."

            Expect.equal (EfgWriter.Write(KuhnPoker(), mostNodes = 58)) (EfgWriter.Write(KuhnPoker())) "58 will do"

            faulty
                (fun () -> EfgWriter.Write(lottery [ -1.0; 2.0 ]))
                "lottery: chance has 2 actions and the probabilities [-1, 2]; no .efg file can hold that."

            faulty
                (fun () -> EfgWriter.Write(lottery []))
                "lottery: a position that is not the end has no actions; no .efg file can hold that.")

        testCase "rules that never end" (fun () ->
            let endless = {
                new IRules<int> with
                    member _.Name = "endless"
                    member _.Players = ValueList.ToValueList [ "A" ]
                    member _.Initial = 0
                    member _.Actor _ = Turn.Of 0
                    member _.Actions _ = ValueList.ToValueList [ "x"; "y" ]
                    member _.Chance _ = ValueList<float>.Empty
                    member _.Next(state, _) = state + 1
                    member _.InformationState state = string state
                    member _.Returns _ = ValueList<float>.Empty
            }

            faulty
                (fun () -> EfgWriter.Write(endless, mostNodes = 1000))
                "endless has more than 1,000 nodes, the most that are written; make the game smaller.")
    ]

// ---- Reduced normal form -------------------------------------------------------------------------------------------

/// The value to the first player, by the linear program.
let private value (table: NormalFormTable) =
    let answer =
        (ZeroSumLp() :> IDirectSolver).Solve(Table.Of(GameText.ofTable "" table), CancellationToken.None)

    let row, column = answer.Strategies[0], answer.Strategies[1]

    Seq.sum [
        for i in 0 .. table.Shape[0] - 1 do
            for j in 0 .. table.Shape[1] - 1 -> row[i] * column[j] * table.Payoff(0, i, j)
    ]

let private reduced =
    testList "reduced normal form" [
        testCase "of the trust game" (fun () ->
            let table = ReducedNormalForm.Of(tree trust)
            Expect.equal table.Title "Trust" "title"

            Expect.equal
                table.Comment
                "Reduced normal form; actions at Investor: Investor send; Trustee: Trustee repay"
                "comment"

            Expect.sequenceEqual table.Actions[0] [ "keep"; "trust" ] "investor"
            Expect.sequenceEqual table.Actions[1] [ "grab"; "share" ] "trustee"
            // Whatever the other would do, what is kept is kept.
            Expect.sequenceEqual table.Payoffs[0] [ 10.0; 10.0; 0.0; 20.0 ] "to the investor"
            Expect.sequenceEqual table.Payoffs[1] [ 10.0; 10.0; 40.0; 20.0 ] "to the trustee"
            Expect.equal (NfgReader.Parse(NfgWriter.Write table, "t.nfg")) table "as .nfg")

        testCase "what a plan rules out is a star" (fun () ->
            let text =
                "EFG 2 R \"\" { \"A\" \"B\" } p \"\" 1 1 \"\" { \"l\" \"r\" } 0 "
                + "p \"\" 1 2 \"\" { \"a\" \"b\" } 0 t \"\" 1 \"\" { 1 2 } t \"\" 2 \"\" { 3 4 } t \"\" 3 \"\" { 5 6 }"

            let table = ReducedNormalForm.Of(tree text)
            Expect.sequenceEqual table.Actions[0] [ "l a"; "l b"; "r *" ] "plans"
            Expect.sequenceEqual table.Actions[1] [ "-" ] "a player that never acts"
            Expect.sequenceEqual table.Payoffs[0] [ 1.0; 3.0; 5.0 ] "payoffs"
            Expect.stringEnds table.Comment "A 1, A 2; B: never acts" "comment")

        testCase "of poker, with its value" (fun () ->
            let three = ReducedNormalForm.Of(tree poker)
            Expect.sequenceEqual three.Shape [ 8; 8 ] "plans"
            // Bet the king and a third of the jacks, call with a third of the queens: (1 + 4/3 - 4/3 - 2/3) / 6.
            Expect.floatClose Accuracy.high (value three) (1.0 / 18.0) "three cards"
            let kuhn = ReducedNormalForm.Of(GameTree.Of(KuhnPoker()))
            // A card: bet, or pass and then one of two; after pass or after bet one of two. Kuhn (1950) counts so too.
            Expect.sequenceEqual kuhn.Shape [ 27; 64 ] "plans"
            Expect.floatClose Accuracy.high (value kuhn) (-1.0 / 18.0) "kuhn")

        testCase "refused with its size" (fun () ->
            faulty
                (fun () -> ReducedNormalForm.Of(GameTree.Of(KuhnPoker()), 1727))
                "The reduced normal form of kuhn_poker has 27 x 64 cells; at most 1,727 are made. Make the game smaller, or write the tree itself as .efg."

            Expect.equal (ReducedNormalForm.Of(GameTree.Of(KuhnPoker()), 1728)).CellCount 1728 "and no more than that"

            faulty
                (fun () -> ReducedNormalForm.Of(GameTree.Of(LeducPoker())))
                "The reduced normal form of leduc_poker has more than 10^18 cells; at most 1,000,000 are made. Make the game smaller, or write the tree itself as .efg.")
    ]

// ---- Refusals, word by word ----------------------------------------------------------------------------------------

let private head = "EFG 2 R \"t\" { \"A\" \"B\" }\n"
let private nines = String('9', 400)

let private refusals =
    testList "refusals" [
        for number, (text, message) in
            List.indexed [
                // the prologue
                "", "(1,1): expected 'EFG', with which a Gambit extensive-form game starts, got the end of the file"
                "NFG 1 R", "(1,1): expected 'EFG', with which a Gambit extensive-form game starts, got 'NFG'"
                "EFG 1 R", "(1,5): expected version '2' of the .efg format, got '1'"
                "EFG 2 Q", "(1,7): expected the number type 'R', got 'Q'"
                "EFG 2 R t", "(1,9): expected the title in double quotes, got 't'"
                "EFG 2 R \"t",
                "(1,9): a text starts here that is never closed; expected '\"' before the end of the file"
                "EFG 2 R \"t\" t", "(1,13): expected '{' before the players' names, got 't'"
                "EFG 2 R \"t\" { }", "(1,13): the list of players is empty; expected at least one name"
                "EFG 2 R \"t\" { \"A\", \"B\" }", "(1,18): expected a player's name in double quotes, or '}', got ','"
                "EFG 2 R \"t\" { \"A\" \"A\" }",
                "(1,19): player 2 is named 'A', as is player 1; give every player a name of its own"
                $"EFG 2 R \"t\" {{ \"{nines}\" }}",
                "(1,15): the name of player 1 has 400 characters; expected at most 200"

                // truncated, wrong keyword, missing quote
                head,
                "(2,1): expected 'c', 'p' or 't', with which a node starts, got the end of the file; at least 1 more node is needed: is the file complete?"
                head + "p \"\" 1 1 \"s\" { \"a\" \"b\" \"c\" } 0\nt \"\" 0\n",
                "(4,1): expected 'c', 'p' or 't', with which a node starts, got the end of the file; at least 2 more nodes are needed: is the file complete?"
                head + "x \"\" 1", "(2,1): expected 'c', 'p' or 't', with which a node starts, got 'x'"
                head + "\"comment\" \"c\"",
                "(2,11): expected 'c', 'p' or 't', with which a node starts, got the text 'c'"
                head + "t 1", "(2,3): expected the node's name in double quotes, got '1'"
                head + "p \"",
                "(2,3): a text starts here that is never closed; expected '\"' before the end of the file"
                head + "p \"\" 1 1 \"s { \"a\" \"b\" } 0\nt \"\" 0\nt \"\" 0",
                "(2,16): expected '{' before the actions of information set 1 of player 'A', got 'a'"
                head + "p \"\" 1 1 \"s\" { \"a\" b\" } 0\nt \"\" 0\nt \"\" 0",
                "(2,20): expected an action's name in double quotes, or '}', got 'b'"

                // players and information sets
                head + "p \"\" 3 1", "(2,6): the player's number is '3'; expected a whole number from 1 to 2"
                head + "p \"\" 0 1", "(2,6): the player's number is '0'; expected a whole number from 1 to 2"
                head + "p \"\" \"A\" 1",
                "(2,6): the player's number is the text 'A'; expected a whole number from 1 to 2"
                head + "p \"\" 1 0",
                "(2,8): the information set's number is '0'; expected a whole number from 1 to 2147483647"
                head + "p \"\" 1 2147483648",
                "(2,8): the information set's number is '2147483648'; expected a whole number from 1 to 2147483647"
                head + "c \"\" -1",
                "(2,6): the chance event's number is '-1'; expected a whole number from 1 to 2147483647"
                head + "p \"\" 1 5 0",
                "(2,10): expected the name and the actions of information set 5 of player 'A', which is met for the first time, got '0'"
                head + "c \"\" 5 0",
                "(2,8): expected the name and the actions of chance event 5, which is met for the first time, got '0'"
                head + "p \"\" 1 5 \"s\" { \"a\" } 0\np \"\" 2 5 0\nt \"\" 0",
                "(3,10): expected the name and the actions of information set 5 of player 'B', since information set 5 of player 'A' is another's, got '0'"
                head + "p \"\" 1 1 \"s\" { } 0",
                "(2,14): information set 1 of player 'A' has no actions; expected at least one"
                head + "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0\np \"\" 1 1 \"s\" { \"a\" \"b\" \"c\" } 0",
                "(3,8): information set 1 of player 'A' has 3 actions here, and 2 on line 2; describe it once, or the same way each time"
                head + "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0\np \"\" 1 1 \"s\" { \"a\" \"c\" } 0",
                "(3,8): action 2 of information set 1 of player 'A' is 'c' here, and 'b' on line 2; describe it once, or the same way each time"
                head + "p \"\" 1 1 \"s\" { \"a\" } 0\np \"\" 1 1 \"z\" { \"a\" } 0",
                "(3,8): information set 1 of player 'A' is named 'z' here, and 's' on line 2; describe it once, or the same way each time"

                // chance
                head + "c \"\" 1 \"\" { \"a\" 1/2 \"b\" 1/3 } 0",
                "(2,11): the probabilities of chance event 1 sum to 5/6; expected 1"
                head + "c \"\" 1 \"\" { \"a\" 0.333 \"b\" 0.333 \"c\" 0.333 } 0",
                "(2,11): the probabilities of chance event 1 sum to 0.999; expected 1"
                head + "c \"\" 1 \"\" { \"a\" 1 \"b\" 1/2 } 0",
                "(2,11): the probabilities of chance event 1 sum to 1.5; expected 1"
                for wrong, at in
                    [
                        "-1/2", "-1/2"
                        "1/0", "1/0"
                        "0/0", "0/0"
                        "3/2", "3/2"
                        "1.5", "1.5"
                        "nan", "nan"
                        "1e-999", "1e-999"
                    ] do
                    head + $"c \"\" 1 \"\" {{ \"a\" {wrong} \"b\" 1/2 }} 0",
                    $"(2,17): the probability of 'a' is '{at}'; expected a number from 0 to 1, such as 0.25 or 1/4, of at most 200 characters"
                head + $"c \"\" 1 \"\" {{ \"a\" 1/{nines} }} 0",
                "(2,17): the probability of 'a' is '1/"
                + String('9', 38)
                + "...'; expected a number from 0 to 1, such as 0.25 or 1/4, of at most 200 characters"
                head + "c \"\" 1 \"\" { \"a\" \"b\" } 0",
                "(2,17): the probability of 'a' is the text 'b'; expected a number from 0 to 1, such as 0.25 or 1/4, of at most 200 characters"
                head + "c \"\" 1 \"\" { \"a\" 1/2 \"b\" 1/2 } 0\nc \"\" 1 \"\" { \"a\" .25 \"b\" .75 } 0",
                "(3,6): 'a' of chance event 1 has the probability 0.25 here, and 0.5 on line 2; describe it once, or the same way each time"

                // outcomes
                head + "t \"\" -1",
                "(2,6): the outcome's number is '-1'; expected a whole number from 0 (no outcome) to 2147483647"
                head + "t \"\"",
                "(2,5): the outcome's number is the end of the file; expected a whole number from 0 (no outcome) to 2147483647"
                head + "t \"\" 4",
                "(2,7): expected the name and the payoffs of outcome 4, which is met for the first time, got the end of the file"
                head + "t \"\" 0 \"none\" { 0 0 }",
                "(2,8): expected neither name nor payoffs after outcome 0, which is none, got the text 'none'"
                head + "t \"\" 4 \"\" 1 2", "(2,11): expected '{' before the payoffs of outcome 4, got '1'"
                head + "t \"\" 4 \"\" { 1 }", "(2,11): outcome 4 has 1 payoffs; expected 2, one per player"
                head + "t \"\" 4 \"\" { 1 2 3 }", "(2,11): outcome 4 has 3 payoffs; expected 2, one per player"
                head + "t \"\" 4 \"\" { 1 1/0 }",
                "(2,15): payoff 2 of outcome 4, to 'B', is '1/0'; expected a finite number, or '}'"
                head + "t \"\" 4 \"\" { 1e999 0 }",
                "(2,13): payoff 1 of outcome 4, to 'A', is '1e999'; expected a finite number, or '}'"
                head + $"t \"\" 4 \"\" {{ {nines} 0 }}",
                "(2,13): payoff 1 of outcome 4, to 'A', is '"
                + String('9', 40)
                + "...'; expected a finite number, or '}'"
                head + "t \"\" 4 \"\" { 1,, 2 }",
                "(2,15): payoff 2 of outcome 4, to 'B', is ','; expected a finite number, or '}'"
                head + "t \"\" 4 \"\" { 1 2",
                "(2,16): payoff 3 of outcome 4 is the end of the file; expected a finite number, or '}'"
                head + "p \"\" 1 1 \"\" { \"a\" } 4 \"o\" { 1 2 }\nt \"\" 4 \"o\" { 1 3 }",
                "(3,6): outcome 4 pays 3 to 'B' here, and 2 on line 2; describe it once, or the same way each time"
                head + "p \"\" 1 1 \"\" { \"a\" } 4 \"o\" { 1 2 }\nt \"\" 4 \"u\" { 1 2 }",
                "(3,6): outcome 4 is named 'u' here, and 'o' on line 2; describe it once, or the same way each time"
                head + "p \"\" 1 1 \"\" { \"a\" } 4 \"o\" { 1 1e308 }\nt \"\" 4",
                "(3,6): the payoffs to 'B' up to here add up to 1E+308 and 1E+308; expected a finite sum"

                // trailing text
                head + "t \"\" 0\nt \"\" 0",
                "(3,1): expected the end of the file after 1 nodes, which make a whole tree, got 't'"
                trust + "\n}", "(9,1): expected the end of the file after 5 nodes, which make a whole tree, got '}'"
            ] do
            testCase $"%02d{number} {message}" (fun () ->
                let e = refusal (fun () -> efg text)
                Expect.equal e.Message $"game.efg{message}" "message"
                Expect.equal $"game.efg({e.Line},{e.Column}): {e.Problem}" e.Message "its parts")

        testCase "imperfect recall is the tree's to refuse" (fun () ->
            let text = head + "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0 p \"\" 1 1 0 t \"\" 0 t \"\" 0 t \"\" 0"
            Expect.equal (efg text).NodeCount 5 "read"
            Expect.throwsT<RulesException> (fun () -> GameTree.Of(efg text) |> ignore) "refused")
    ]

// ---- Fuzzing -------------------------------------------------------------------------------------------------------

let private fuzz =
    testCase "fuzz: mutated files are games or clean refusals, soon and in little memory" (fun () ->
        let seeds = [| trust; poker; fees; EfgWriter.Write(KuhnPoker()) |]

        let read text =
            try
                efg text
            with :? InputFormatException as e when e.Line = 0 ->
                failtest $"no place in '{e.Message}'"

        // A game without perfect recall is valid as a file. Everything else that is read is a tree, and comes back.
        let comesBack game =
            try
                let tree = GameTree.Of game
                Expect.equal (GameTree.Of(back game)) tree "written and read back"
            with :? RulesException as e ->
                Expect.stringContains e.Message "imperfect recall" "the only fault left"

        Fuzz.run 6_000 seeds read comesBack)

[<Tests>]
let tests = testList "efg" [ reading; writing; reduced; refusals; fuzz ]
