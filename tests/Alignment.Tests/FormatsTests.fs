module Alignment.Tests.FormatsTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck.FSharp
open Alignment.Formats
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private nfg text = NfgReader.Parse(text, "game.nfg")
let private csv text = PayoffCsv.Parse(text, "game.csv")

/// A player's payoffs in the order of the table: the last player's action fastest.
let private expectPayoffs player (expected: float list) (table: NormalFormTable) =
    Expect.sequenceEqual table.Payoffs[player] expected $"payoffs of player {player}, row by row"

let private labels (table: NormalFormTable) = table.Actions |> Seq.map List.ofSeq |> List.ofSeq

let private refusal read =
    try
        read () |> ignore
        failtest "read, where a refusal was expected"
    with :? InputFormatException as e ->
        e

let private inFile (content: byte[]) action =
    let path = Path.GetTempFileName()

    try
        File.WriteAllBytes(path, content)
        action path
    finally
        File.Delete path

/// A table from the function that gives a player's payoff in a cell.
let private table title comment players (actions: string list list) payoff =
    let rec cells =
        function
        | [] -> [ [] ]
        | first :: rest -> [
            for action in [ 0 .. List.length first - 1 ] do
                for cell in cells rest -> action :: cell
          ]

    let numbers =
        players |> List.mapi (fun player _ -> cells actions |> List.map (payoff player) |> Seq.ofList)

    NormalFormTable(title, comment, players, Seq.map Seq.ofList actions, numbers)

// ---- Gambit's .nfg -------------------------------------------------------------------------------------------------

/// Gambit's own example, in both versions of the format.
let private selten =
    "NFG 1 R \"Selten (IJGT, 75), Figure 2, normal form\" { \"Player 1\" \"Player 2\" } { 3 2 }\n\n"
    + "1 1 0 2 0 2 1 1 0 3 2 0\n"

let private seltenByOutcomes =
    "NFG 1 R \"Selten (IJGT, 75), Figure 2, normal form\" { \"Player 1\" \"Player 2\" }\n\n"
    + "{\n{ \"1\" \"2\" \"3\" }\n{ \"1\" \"2\" }\n}\n\n"
    + "{\n{ \"\" 1, 1 }\n{ \"\" 0, 2 }\n{ \"\" 0, 2 }\n{ \"\" 1, 1 }\n{ \"\" 0, 3 }\n{ \"\" 2, 0 }\n}\n1 2 3 4 5 6\n"

/// McKelvey and McLennan's game of three players with nine equilibria.
let private threePlayers =
    "NFG 1 R \"2x2x2\" { \"A\" \"B\" \"C\" } { { \"1\" \"2\" } { \"1\" \"2\" } { \"1\" \"2\" } } \"\" "
    + "{ { \"\" 9, 8, 12 } { \"\" 9, 8, 2 } { \"\" 3, 4, 6 } } 1 0 0 2 0 3 3 0"

let private nfgTests =
    testList "nfg" [
        testCase "the payoff version" (fun () ->
            let game = nfg selten
            Expect.equal game.Title "Selten (IJGT, 75), Figure 2, normal form" "title"
            Expect.equal game.Comment "" "comment"
            Expect.sequenceEqual game.Players [ "Player 1"; "Player 2" ] "players"
            Expect.equal (labels game) [ [ "1"; "2"; "3" ]; [ "1"; "2" ] ] "actions"
            // The file: (1,1) (0,2) (0,2) for the first column, then (1,1) (0,3) (2,0); here row by row.
            expectPayoffs 0 [ 1; 1; 0; 0; 0; 2 ] game
            expectPayoffs 1 [ 1; 1; 2; 3; 2; 0 ] game)

        testCase "the outcome version says the same" (fun () ->
            Expect.equal (nfg seltenByOutcomes) (nfg selten) "one game in both versions")

        testCase "three players, and outcome 0 pays nothing" (fun () ->
            let game = nfg threePlayers
            // Cell number i + 2 j + 4 k of the file: 0 and 3 have outcomes 1 and 2, 5 and 6 outcome 3.
            let expected: float list = [ 9; 0; 0; 3; 0; 3; 9; 0 ]
            expectPayoffs 0 expected game
            Expect.equal (game.Payoff(2, 0, 0, 0)) 12.0 "third player where all play their first"
            Expect.equal (game.Payoff(2, 1, 1, 0)) 2.0 "outcome 2"
            Expect.equal (game.Payoff(1, 0, 1, 1)) 4.0 "outcome 3")

        testCase "a file counts the first player's action fastest, a table the last player's" (fun () ->
            // Each payoff spells its own cell: 100 i + 10 j + k, plus half a point for the third player.
            let payoff player cell =
                let spelled = List.fold (fun number action -> 10.0 * number + float action) 0.0 cell
                if player = 2 then spelled + 0.5 else float player * 1000.0 + spelled

            let file =
                [
                    for k in 0..1 do
                        for j in 0..2 do
                            for i in 0..1 do
                                for player in 0..2 -> payoff player [ i; j; k ]
                ]
                |> List.map string
                |> String.concat " "

            let game = nfg $"NFG 1 R \"order\" {{ \"A\" \"B\" \"C\" }} {{ 2 3 2 }} {file}"
            let actions = [ [ "1"; "2" ]; [ "1"; "2"; "3" ]; [ "1"; "2" ] ]
            Expect.equal game (table "order" "" [ "A"; "B"; "C" ] actions payoff) "the table"

            expectPayoffs 0 [ 0; 1; 10; 11; 20; 21; 100; 101; 110; 111; 120; 121 ] game

            for i, j, k in
                Seq.allPairs [ 0..1 ] (Seq.allPairs [ 0..2 ] [ 0..1 ]) |> Seq.map (fun (i, (j, k)) -> i, j, k) do
                Expect.equal (game.Payoff(1, i, j, k)) (payoff 1 [ i; j; k ]) "cell by cell")

        testCase "every way to write a number" (fun () ->
            let numbers = "1 -2 +3 0.5 .25 -4. 1e3 2.5E-1 1/3, -2/4\v007,\t12345678901234567890 1e-400"

            nfg $"NFG 1 D \"\" {{ \"A\" }} {{ 13 }} {numbers}"
            |> expectPayoffs 0 [ 1; -2; 3; 0.5; 0.25; -4; 1000; 0.25; 1.0 / 3.0; -0.5; 7; 12345678901234567890.0; 0 ])

        testCase "names are texts, and numbers where they are missing" (fun () ->
            let game =
                "NFG 1 R \"a \\\"title\\\" of \\\\alpha and \\beta\" { \"\" \"Zoë\" }\r\n"
                + "{ { \"\" \"\" } { \"a\r\nb\" \"\" } } \"c o m m e n t\" 1 2 3 4 5 6 7 8 "
                |> nfg

            Expect.equal game.Title "a \"title\" of \\alpha and \\beta" "title"
            Expect.equal game.Comment "c o m m e n t" "comment"
            Expect.sequenceEqual game.Players [ "1"; "Zoë" ] "players"
            Expect.equal (labels game) [ [ "1"; "2" ]; [ "a\r\nb"; "2" ] ] "actions")

        testCase "outcomes with counted actions, a comment and no outcomes at all" (fun () ->
            let game = nfg "NFG 1 R \"nothing\"{\"A\"\"B\"}{2 1}\"why\"{}0 0"
            Expect.equal game.Comment "why" "comment"
            expectPayoffs 1 [ 0; 0 ] game)

        testCase "a file, with a byte order mark" (fun () ->
            inFile (Array.append (Encoding.UTF8.GetPreamble()) (Encoding.UTF8.GetBytes selten)) (fun path ->
                Expect.equal (NfgReader.Read path) (nfg selten) "the same game"))

        testCase "what is written" (fun () ->
            let game =
                table "t\"\\" "c" [ "A"; "B" ] [ [ "x"; "y" ]; [ "z" ] ] (fun p cell ->
                    [ 0.1; -1e21 ][p] / float (1 + cell[0]))

            Expect.equal
                (NfgWriter.Write game)
                ("NFG 1 R \"t\\\"\\\\\" { \"A\" \"B\" }\n\n{ { \"x\" \"y\" } { \"z\" } }\n\"c\"\n\n"
                 + "0.1 -1E+21\n0.05 -5E+20\n")
                "text")
    ]

// ---- .csv ----------------------------------------------------------------------------------------------------------

let private longForm = "red,blue,payoff:red,payoff:blue\na,x,1,2\na,y,3,4\nb,x,5,6\nb,y,7,8\n"
let private zeroSumForm = "red,blue,payoff\na,x,1\nb,x,0\na,y,1/2\nb,y,-4e0\n"
let private matrixForm = "red\\blue,x,y\na,1,1/2\nb,0,-4e0\n"

let private csvTests =
    testList "csv" [
        testCase "long form" (fun () ->
            let expected = table "game" "" [ "red"; "blue" ] [ [ "a"; "b" ]; [ "x"; "y" ] ]
            Expect.equal (csv longForm) (expected (fun p cell -> float (4 * cell[0] + 2 * cell[1] + p + 1))) "table")

        testCase "long form: the order of rows and of payoffs is free" (fun () ->
            let game = csv "red,blue,payoff:blue,payoff:red\nb,y,8,7\na,y,4,3\nb,x,6,5\na,x,2,1\n"
            Expect.equal (labels game) [ [ "b"; "a" ]; [ "y"; "x" ] ] "actions in order of appearance"
            expectPayoffs 0 [ 7; 5; 3; 1 ] game
            expectPayoffs 1 [ 8; 6; 4; 2 ] game)

        testCase "long form of three players" (fun () ->
            let rows = [
                for a in 0..1 do
                    for b in 0..2 do
                        for c in 0..1 -> $"a{a},b{b},c{c},{100 * a + 10 * b + c},0,1"
            ]

            let game = csv ("A,B,C,payoff:A,payoff:B,payoff:C\n" + String.concat "\n" rows)
            Expect.sequenceEqual game.Shape [ 2; 3; 2 ] "shape"
            Expect.equal (game.Payoff(0, 1, 2, 0)) 120.0 "a payoff")

        testCase "zero-sum: the second player loses what the first wins" (fun () ->
            let game = csv zeroSumForm
            expectPayoffs 0 [ 1; 0.5; 0; -4 ] game
            expectPayoffs 1 [ -1; -0.5; 0; 4 ] game
            Expect.isFalse (Double.IsNegative(game.Payoff(1, 1, 0))) "the opposite of 0 is 0")

        testCase "matrix form" (fun () ->
            Expect.equal (csv matrixForm) (csv zeroSumForm) "the same game"
            let unnamed = csv ",x,y\na,1,2\n"
            Expect.sequenceEqual unnamed.Players [ "row"; "column" ] "names that are not given"
            Expect.sequenceEqual unnamed.Shape [ 1; 2 ] "shape")

        testCase "quotes, spaces, CR LF, empty lines and a byte order mark" (fun () ->
            let text = "\uFEFFred,blue,payoff\r\n\r\n\"a, \"\"A\"\"\n\", x ,1\r\nb\t, \"x\" ,2\r\n\r\n"
            Expect.equal (labels (csv text)) [ [ "a, \"A\"\n"; "b" ]; [ "x" ] ] "labels"

            inFile (Encoding.UTF8.GetBytes text) (fun path -> expectPayoffs 0 [ 1; 2 ] (PayoffCsv.Read path)))

        testCase "a table of counts" (fun () ->
            let outcomes =
                CsvTable.Parse("attack,target,trials,successes\nDSN,\"a\nb\",10,9\nGCG,c,4,1/2\n", "outcomes.csv")

            Expect.sequenceEqual outcomes.Header [ "attack"; "target"; "trials"; "successes" ] "header"
            Expect.equal outcomes.FileName "outcomes.csv" "file"
            Expect.equal (outcomes.Column "trials") 2 "column"
            Expect.sequenceEqual (outcomes.Rows |> Seq.map _.Line) [ 2; 4 ] "a row may span lines"
            Expect.sequenceEqual (outcomes.Rows |> Seq.map _.Text("target")) [ "a\nb"; "c" ] "texts"
            Expect.sequenceEqual (outcomes.Rows |> Seq.map _.Count("trials")) [ 10L; 4L ] "counts"
            Expect.sequenceEqual (outcomes.Rows |> Seq.map _.Number("successes")) [ 9.0; 0.5 ] "numbers"

            Expect.equal
                (outcomes.Rows[1].Error("target", "is no target").Message)
                "outcomes.csv(4,5): is no target"
                "an error of the reader's own")
    ]

// ---- Values --------------------------------------------------------------------------------------------------------

let private valueTests =
    let small = table "t" "c" [ "A"; "B" ] [ [ "x"; "y" ]; [ "z" ] ]
    let one = fun _ _ -> 1.0

    testList "tables" [
        testCase "are equal by value" (fun () ->
            Expect.equal (small one) (small one) "all the same"
            Expect.equal ((small one).GetHashCode()) ((small one).GetHashCode()) "hash"
            Expect.notEqual (small one) (small (fun _ cell -> float cell[0])) "another payoff"
            Expect.notEqual (small one) (table "t" "" [ "A"; "B" ] [ [ "x"; "y" ]; [ "z" ] ] one) "another comment"
            Expect.notEqual (small one) (table "t" "c" [ "A"; "B" ] [ [ "x" ]; [ "y"; "z" ] ] one) "another shape"
            Expect.equal (string (small one)) "'t': 2 x 1 cells, players A, B" "text")

        testCase "are checked" (fun () ->
            let of' players actions payoffs =
                Fixtures.argumentFault (fun () ->
                    NormalFormTable("", "", players, Seq.map Seq.ofList actions, Seq.map Seq.ofList payoffs))

            for expected, actual in
                [
                    "players: expected at least one, got none (Parameter 'players')", of' [] [] []
                    "players: 'A' occurs twice; make the names distinct (Parameter 'players')",
                    of' [ "A"; "A" ] [ []; [] ] [ []; [] ]
                    "actions of player 'A': a name is empty; name every one (Parameter 'actions')",
                    of' [ "A" ] [ [ "" ] ] [ [ 1 ] ]
                    "expected 1, one list of action labels per player, got 0 (Parameter 'actions')",
                    of' [ "A" ] [] [ [] ]
                    "expected 1, one list of payoffs per player, got 2 (Parameter 'payoffs')",
                    of' [ "A" ] [ [ "x" ] ] [ []; [] ]
                    "payoffs of player 'A': expected 1, one per cell, got 2 (Parameter 'payoffs')",
                    of' [ "A" ] [ [ "x" ] ] [ [ 1; 2 ] ]
                    "payoffs of player 'A': expected finite numbers only (Parameter 'payoffs')",
                    of' [ "A" ] [ [ "x" ] ] [ [ nan ] ]
                    "expected 2, one action per player, got 1 (Parameter 'cell')",
                    Fixtures.argumentFault (fun () -> (small one).Payoff(0, 1))
                ] do
                Expect.equal actual expected "message")
    ]

// ---- Refusals, word by word ----------------------------------------------------------------------------------------

let private refused read name cases =
    testList name [
        for number, (text, message) in List.indexed cases do
            testCase $"%02d{number} {message}" (fun () ->
                let e = refusal (fun () -> read text)
                Expect.equal e.Message message "message"

                let position = if e.Line = 0 then "" else $"({e.Line},{e.Column})"
                Expect.equal $"{e.File}{position}: {e.Problem}" message "its parts")
    ]

let private nfgRefusals =
    let head = "NFG 1 R \"t\" { \"A\" \"B\" }"

    refused nfg "nfg refusals" [
        "", "game.nfg(1,1): expected 'NFG', with which a Gambit normal-form game starts, got the end of the file"
        "EFG 2 R", "game.nfg(1,1): expected 'NFG', with which a Gambit normal-form game starts, got 'EFG'"
        "NFG 2 R", "game.nfg(1,5): expected version '1' of the .nfg format, got '2'"
        "NFG 1 Q", "game.nfg(1,7): expected the number type 'R', got 'Q'"
        "NFG 1 R { \"A\" }", "game.nfg(1,9): expected the title in double quotes, got '{'"
        "NFG 1 R \"t",
        "game.nfg(1,9): a text starts here that is never closed; expected '\"' before the end of the file"
        "NFG 1 R \"t\" 2", "game.nfg(1,13): expected '{' before the players' names, got '2'"
        "NFG 1 R \"t\" {\n}", "game.nfg(1,13): the list of players is empty; expected at least one name"
        "NFG 1 R \"t\" { \"A\", \"B\" }", "game.nfg(1,18): expected a player's name in double quotes, or '}', got ','"
        "NFG 1 R \"t\"\r\n{ \"A\" \"B\"\r\n \"A\" }",
        "game.nfg(3,2): player 3 is named 'A', as is player 1; give every player a name of its own"
        head, "game.nfg(1,24): expected '{' before the players' actions, got the end of the file"
        head + "\n{ 2 two }",
        "game.nfg(2,5): the action count of player 'B' is 'two'; expected a whole number of at least 1"
        head + "\n{ 0 2 }",
        "game.nfg(2,3): the action count of player 'A' is '0'; expected a whole number of at least 1"
        head + "\n{ 2 -2 }",
        "game.nfg(2,5): the action count of player 'B' is '-2'; expected a whole number of at least 1"
        head + "\n{ 2 \"2\" }",
        "game.nfg(2,5): the action count of player 'B' is the text '2'; expected a whole number of at least 1"
        head + "\n{ 2 2 2 }", "game.nfg(2,9): expected 2 action counts, one per player, found 3"
        head + "\n{ }", "game.nfg(2,3): expected 2 action counts, one per player, found 0"
        head + "\n{ { \"a\" } }", "game.nfg(2,11): expected 2 lists of action labels, one per player, found 1"
        head + "\n{ { \"a\" } 2 }", "game.nfg(2,11): expected '{' before a player's action labels, or '}', got '2'"
        head + "\n{ { a b } }", "game.nfg(2,5): expected an action's label in double quotes, or '}', got 'a'"
        head + "\n{ { \"a\" } { } }", "game.nfg(2,11): player 'B' has no actions; expected at least one label"
        head + "\n{ { \"a\" \"b\" \"a\" } { \"c\" } }",
        "game.nfg(2,13): action 3 of player 'A' is named 'a', as is action 1; give every action a name of its own"
        head + "\n{ { \"2\" \"\" } { \"c\" } }",
        "game.nfg(2,9): action 2 of player 'A' is named '2', as is action 1; give every action a name of its own"
        head + "\n{ 100000 100000 }\n1 2",
        "game.nfg(2,1): 100000 x 100000 cells for 2 players are more than 50,000,000 payoffs, the most that is read; "
        + "give a smaller game"
        head + "\n{ 9223372036854775808 99999999999999999999 }\n1 2",
        "game.nfg(2,1): 9223372036854775807 x 922337203685477580... cells for 2 players are more than 50,000,000 "
        + "payoffs, the most that is read; give a smaller game"
        head + "\n{ 5000 5000 }\n1 2",
        "game.nfg(3,4): expected 50000000 payoffs (5000 x 5000 cells for 2 players), found 2; is the file complete?"
        head + "\n{ 2 2 }",
        "game.nfg(2,8): expected 8 payoffs (2 x 2 cells for 2 players), found 0; is the file complete?"
        head + "\n{ 2 2 }\n1 2 3 4\n5, 6, 7,",
        "game.nfg(4,9): expected 8 payoffs (2 x 2 cells for 2 players), found 7; is the file complete?"
        head + "\n{ 2 2 }\n1 2 3 4\n5 6 7 8 9 10",
        "game.nfg(4,9): expected 8 payoffs (2 x 2 cells for 2 players), found 10; "
        + "remove the surplus or correct the number of actions"
        head + "\n{ 2 2 }\n1 2 3 4 nan 6 7 8",
        "game.nfg(3,9): payoff 5 of 8, to 'A' at (A '1', B '2'), is 'nan'; expected a finite number"
        head + "\n{ 2 2 }\n1 2 3 4 -Infinity",
        "game.nfg(3,9): payoff 5 of 8, to 'A' at (A '1', B '2'), is '-Infinity'; expected a finite number"
        head + "\n{ 2 2 }\n1 1e999",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '1e999'; expected a finite number"
        head + "\n{ 2 2 }\n1 1/0",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '1/0'; expected a finite number"
        head + "\n{ 2 2 }\n1 1/-2",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '1/-2'; expected a finite number"
        head + "\n{ 2 2 }\n1 1.5/2",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '1.5/2'; expected a finite number"
        head + "\n{ 2 2 }\n1 1\u00000",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '1\\u00000'; expected a finite number"
        head + "\n{ 2 2 }\n1,,2",
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is ','; expected a finite number"
        head + "\n{ 2 2 }\n1}",
        "game.nfg(3,2): payoff 2 of 8, to 'B' at (A '1', B '1'), is '}'; expected a finite number"
        head + "\n{ 2 2 }\n1 " + String('9', 400),
        "game.nfg(3,3): payoff 2 of 8, to 'B' at (A '1', B '1'), is '"
        + String('9', 40)
        + "...'; expected a finite number"
        head + "\n{ 1 1 }\n1 2 \"c\"", "game.nfg(3,5): expected the end of the file after 2 payoffs, got the text 'c'"
        head + "\n{ 1 1 }\n{ 1 }", "game.nfg(3,3): expected '{' before an outcome, or '}' after the last, got '1'"
        head + "\n{ 1 1 }\n{ { 1 2 } }", "game.nfg(3,5): expected the outcome's name in double quotes, got '1'"
        head + "\n{ 1 1 }\n{ { \"\" 1 2 } { \"\" 1 } } 1",
        "game.nfg(3,14): outcome 2 has 1 payoffs; expected 2, one per player"
        head + "\n{ 1 1 }\n{ { \"\" 1 x } } 1",
        "game.nfg(3,10): payoff 2 of outcome 1, to 'B', is 'x'; expected a finite number, or '}'"
        head + "\n{ 1 1 }\n{ { \"\" 1 2",
        "game.nfg(3,11): payoff 3 of outcome 1 is the end of the file; expected a finite number, or '}'"
        head + "\n{ 1 1 }\n{ { \"\" 1, 2 } } 2",
        "game.nfg(3,17): outcome index 1 of 1, at (A '1', B '1'), is '2'; expected a whole number from 0 (no outcome) to 1"
        head + "\n{ 1 2 }\n{ { \"\" 1, 2 } } 1",
        "game.nfg(3,18): expected 2 outcome indices (1 x 2 cells), found 1; is the file complete?"
        head + "\n{ 1 1 }\n{ { \"\" 1, 2 } } 1 0",
        "game.nfg(3,19): expected 1 outcome indices (1 x 1 cells), found 2; "
        + "remove the surplus or correct the number of actions"
    ]

let private csvRefusals =
    let inRows = "a column 'payoff' or 'payoff:PLAYER' if each row is one cell of the game"

    refused csv "csv refusals" [
        "", "game.csv: is empty; expected a header row"
        "\n\n", "game.csv: is empty; expected a header row"
        "red,blue,payoff\n", "game.csv: has a header but no rows; expected at least one"
        "red,blue,red\na,x,1",
        "game.csv(1,10): column 3 is named 'red', as is column 1; give every column a name of its own"
        "red;blue;payoff\na;x;1",
        "game.csv(1,1): the header is one cell with semicolons in it; separate cells by commas"
        "red\tblue\na\tx", "game.csv(1,1): the header is one cell with tabs in it; separate cells by commas"
        "red,blue,payoff\na,x,1\nb,\"x,y\",2,3", "game.csv(3,9): the row has 4 cells; expected 3, as in the header"
        "red,blue,payoff\na,x\n", "game.csv(2,3): the row has 2 cells; expected 3, as in the header"
        "red,blue,payoff\na,x\"y,1\n",
        "game.csv(2,4): a quote stands inside a cell; put the whole cell in quotes and double the quotes within"
        "red,blue,payoff\na,\"x\"y,1\n",
        "game.csv(2,6): a quote stands inside a cell; put the whole cell in quotes and double the quotes within"
        "red,blue,payoff\na,\"x,1\nb,x,2\n",
        "game.csv(2,1): a quoted cell of the row that starts here is never closed; expected '\"' before the end of the file"
        "payoff,red\n1,a", "game.csv(1,1): 'payoff' comes first; expected a column for each player before it"
        "red,,payoff\na,x,1", "game.csv(1,5): a column before the payoffs has no name; expected a player's name"
        "red,blue,green,payoff\na,x,u,1",
        "game.csv(1,16): one column 'payoff' means a zero-sum game of 2 players, but 3 come before it; "
        + "give a column 'payoff:PLAYER' for each"
        "red,blue,payoff,note\na,x,1,?",
        "game.csv(1,17): column 'note' comes after the payoffs; expected the players first and the payoffs last"
        "red,blue,payoff:red,payoff\na,x,1,1",
        "game.csv(1,21): column 'payoff' is not the only one of payoffs; expected it alone (zero-sum) or a column "
        + "'payoff:PLAYER' for each player"
        "red,payoff:red,note\na,1,?",
        "game.csv(1,16): column 'note' comes after the payoffs; expected the players first and the payoffs last"
        "red,blue,payoff:red,payoff:bleu\na,x,1,2",
        "game.csv(1,21): column 'payoff:bleu' is of no player (did you mean 'blue'?); the players are: red, blue"
        "red,blue,payoff:red\na,x,1", "game.csv(1,10): player 'blue' has no payoffs; expected a column 'payoff:blue'"
        "red,blue,payoff\na,,1", "game.csv(2,3): an action of player 'blue' has no label; expected one"
        "red,blue,payoff\na,x,1\na,x,2",
        "game.csv(3,1): cell (red 'a', blue 'x') is given again, first on line 2; give every cell in one row"
        "red,blue,payoff\na,x,1\nb,y,2\n\nb,x,3\n",
        "game.csv(5,1): cell (red 'a', blue 'y') is missing: the rows up to here give 3 of 2 x 2 cells; add a row for it"
        "red,blue,payoff\n\"a\nb\",x,1e999\n",
        "game.csv(3,6): 'payoff' of (red 'a\\u000Ab', blue 'x') is '1e999'; expected a finite number"
        "A,B,C,payoff:A,payoff:B,payoff:C\n"
        + String.concat "" [ for i in 1..400 -> $"{i},{i},{i},1,1,1\n" ],
        "game.csv(1,1): 400 x 400 x 400 cells for 3 players are more than 50,000,000 payoffs, the most that is read; "
        + "give a smaller game"
        "red,x,y\na,1,2",
        "game.csv(1,1): the header starts with 'red'; expected an empty cell or the two players' names as "
        + $"'ROW\\COLUMN', or {inRows}"
        "\"\"\n1", "game.csv(1,1): the header names no action of player 'column'; expected at least one"
        "red\\blue,x,\na,1,2", "game.csv(1,12): an action of player 'blue' has no label; expected one"
        ",x\n,1", "game.csv(2,1): an action of player 'row' has no label; expected one"
        ",x\na,1\nb,2\na,3",
        "game.csv(4,1): action 'a' of player 'row' is given again, first on line 2; give every action a label of its own"
        ",x,y\na,1,two",
        $"game.csv(2,5): the payoff of (row 'a', column 'y') is 'two'; expected a finite number, or {inRows}"
    ]

let private tableRefusals =
    let read ask (text: string) =
        let outcomes = CsvTable.Parse(text, "outcomes.csv")
        ask outcomes.Rows[outcomes.Rows.Length - 1] |> ignore

    testList "table refusals" [
        refused (read (fun (row: CsvTableRow) -> row.Count "trails")) "columns" [
            "attack,trials\nDSN,10",
            "outcomes.csv(1,1): has no column 'trails' (did you mean 'trials'?); its columns are: attack, trials"
            "attack,runs\nDSN,10", "outcomes.csv(1,1): has no column 'trails'; its columns are: attack, runs"
        ]

        refused (read (fun row -> row.Count "trials")) "counts" [
            "attack,trials\nDSN,10\n\"Zo\u00EB, G\", 1.5",
            "outcomes.csv(3,10): 'trials' is '1.5'; expected a whole number of at least 0"
            "attack,trials\nDSN,-1", "outcomes.csv(2,5): 'trials' is '-1'; expected a whole number of at least 0"
            "attack,trials\nDSN,99999999999999999999",
            "outcomes.csv(2,5): 'trials' is '99999999999999999999'; expected a whole number of at least 0"
        ]

        refused (read (fun row -> row.Number "trials")) "numbers" [
            "attack,trials\nDSN,inf", "outcomes.csv(2,5): 'trials' is 'inf'; expected a finite number"
        ]
    ]

let private fileRefusals =
    testList "file refusals" [
        testCase "no such file" (fun () ->
            let e = refusal (fun () -> NfgReader.Read "no/such.nfg")
            Expect.equal e.Message "no/such.nfg: no such file; check the path" "message")

        testCase "a folder" (fun () ->
            let e = refusal (fun () -> PayoffCsv.Read(Path.GetTempPath()))
            Expect.stringStarts e.Problem "cannot be read: " "the system says why")

        testCase "not UTF-8" (fun () ->
            inFile (Encoding.Latin1.GetBytes "NFG 1 R\n\"Zo\u00EB\"") (fun path ->
                let e = refusal (fun () -> NfgReader.Read path)
                Expect.equal e.Message $"{path}(2,4): byte 0xEB is not UTF-8 text; save the file as UTF-8" "message"))

        testCase "too long, and refused unread" (fun () ->
            inFile [||] (fun path ->
                using (File.OpenWrite path) _.SetLength(int64 InputLimits.MaxLength + 1L)
                let e = refusal (fun () -> CsvTable.Read path)

                Expect.equal
                    e.Message
                    $"{path}: is longer than 536,870,912 bytes, the most that is read; give a smaller file"
                    "message"))
    ]

// ---- Properties ----------------------------------------------------------------------------------------------------

/// Tables of one to four players whose texts hold what a format may stumble over, and any finite doubles.
let private anyTable =
    let text =
        Gen.elements [ "a"; " "; "\""; "\\"; "{"; "}"; ","; "\n"; "\r\n"; "'"; "\u00EB"; "\U0001F600"; "1/2"; "\t" ]
        |> Gen.listOf
        |> Gen.map (String.concat "")

    // Every bit pattern that is a finite number: subnormal, negative zero and 1e308 among them.
    let number =
        Gen.map2
            (fun (high: int) (low: int) -> BitConverter.Int64BitsToDouble((int64 high <<< 32) ||| int64 (uint32 low)))
            (Gen.choose (Int32.MinValue, Int32.MaxValue))
            (Gen.choose (Int32.MinValue, Int32.MaxValue))
        |> Gen.filter Double.IsFinite

    // The number in front keeps names distinct; what follows is free to end in a backslash.
    let names count = Gen.listOfLength count text |> Gen.map (List.mapi (fun i name -> $"{i}{name}"))

    gen {
        let! title = text
        let! comment = text
        let! shape = Gen.choose (1, 4) |> Gen.bind (fun players -> Gen.listOfLength players (Gen.choose (1, 4)))
        let! players = names shape.Length
        let! actions = shape |> List.map names |> Gen.sequenceToList
        let! payoffs = Gen.arrayOfLength (shape.Length * List.reduce (*) shape) number

        let index player cell = List.fold2 (fun number action count -> number * count + action) player cell shape

        return table title comment players actions (fun player cell -> payoffs[index player cell])
    }
    |> Arb.fromGen

let private longFormOf (table: NormalFormTable) =
    let quote (text: string) = "\"" + text.Replace("\"", "\"\"") + "\""
    let line cells = String.concat "," cells + "\r\n"

    let rows = [
        for cell in 0 .. table.CellCount - 1 do
            let action player =
                let later = Seq.skip (player + 1) table.Shape |> Seq.fold (*) 1
                table.Actions[player][cell / later % table.Shape[player]]

            line [
                for player in 0 .. table.Players.Length - 1 -> quote (action player)
                for payoffs in table.Payoffs -> payoffs[cell].ToString "R"
            ]
    ]

    line [ yield! Seq.map quote table.Players; for player in table.Players -> quote $"payoff:{player}" ]
    + String.concat "" rows

let private properties =
    testList "properties" [
        propertyOver
            100
            "nfg: what is written is read back"
            (Prop.forAll anyTable (fun table -> nfg (NfgWriter.Write table) = table))

        propertyOver
            100
            "csv: what is written is read back"
            (Prop.forAll anyTable (fun table ->
                let back = csv (longFormOf table)

                (back.Players, back.Actions, back.Payoffs)
                |> fun (players, actions, payoffs) ->
                    NormalFormTable(table.Title, table.Comment, players, Seq.map seq actions, Seq.map seq payoffs) =
                        table))
    ]

// ---- Fuzzing -------------------------------------------------------------------------------------------------------

let private fuzz =
    let nfgSeeds = [|
        selten
        seltenByOutcomes
        threePlayers
        "NFG 1 D \"\\\"q\\\\\" { \"\" \"\" }\r\n{ { \"\" \"b\" } { \"c\" } } \"comment\"\r\n1/3, -2.5e-3 , .5 0"
        "NFG 1 R \"\" { \"A\" } { 3 } { { \"w\" 1 } { \"l\" -1 } } 1 2 0"
    |]

    let csvSeeds = [|
        longForm
        zeroSumForm
        matrixForm
        "\uFEFFred,blue,payoff\r\n\"a,\"\"\n\", x ,1\r\nb,\"x\" ,2\r\n\r\n"
        "A,B,C,payoff:A,payoff:B,payoff:C\nx,y,z,1,2,3\nx,y,w,1/3,.5,-1e3\n"
        ",x,y\na,1,2\n\nb,3,4"
    |]

    let readsBack (table: NormalFormTable) = Expect.equal (nfg (NfgWriter.Write table)) table "written and read back"

    testList "fuzz" [
        testCase "nfg" (fun () -> Fuzz.run 15_000 nfgSeeds nfg readsBack)
        testCase "csv" (fun () -> Fuzz.run 10_000 csvSeeds csv readsBack)

        testCase "files of any bytes" (fun () ->
            let random = Random 7
            let path = Path.GetTempFileName()

            let read (text: string) =
                let bytes = Encoding.UTF8.GetBytes text

                for _ in 1 .. random.Next 3 do
                    if bytes.Length > 0 then
                        bytes[random.Next bytes.Length] <- byte (random.Next 256)

                File.WriteAllBytes(path, bytes)
                NfgReader.Read path

            try
                Fuzz.run 1_000 nfgSeeds read readsBack
            finally
                File.Delete path)
    ]

[<Tests>]
let tests =
    testList "formats" [
        nfgTests
        csvTests
        valueTests
        nfgRefusals
        csvRefusals
        tableRefusals
        fileRefusals
        properties
        fuzz
    ]
