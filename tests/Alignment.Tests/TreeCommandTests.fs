/// Sequential games on the command line: saved profiles, `align evaluate`, wrong input.
module Alignment.Tests.TreeCommandTests

open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures
open Alignment.Tests.TreeFixtures

// ---- Profiles ------------------------------------------------------------------------------------------------------

let private saved folder (name: string) args =
    let file = Path.Combine(folder, name)
    File.WriteAllText(file, printed ([ "solve" ] @ args @ [ "--json" ]))
    file

let private number (element: JsonElement) (name: string) = (element.GetProperty name).GetDouble()

/// The uniform profile of kuhn as text, with one information set's entry changed; null takes it away.
let private kuhnProfile (changes: (string * string) list) =
    let entry (set: InformationSet) =
        match changes |> List.tryFind (fun (label, _) -> label = set.Label) with
        | Some(_, text) -> text
        | None -> "{\"pass\":0.5,\"bet\":0.5}"

    let player (treeplex: Treeplex) =
        treeplex.InformationSets
        |> Seq.map (fun set -> set, entry set)
        |> Seq.filter (fun (_, text) -> text <> "")
        |> Seq.map (fun (set, text) -> $"\"{set.Label}\":{text}")
        |> String.concat ","
        |> sprintf "\"%s\":{%s}" treeplex.Player

    (treeOf kuhn.Value).Tree.Players
    |> Seq.filter (fun t -> changes |> List.contains (t.Player, "") |> not)
    |> Seq.map player
    |> String.concat ","
    |> sprintf "{%s}"

let private profiles =
    testList "profiles" [
        for game, solver in
            [
                "kuhn_poker", "cfr+"
                "kuhn_poker", "lp"
                "leduc_poker(ranks=2)", "mmd"
                "kuhn_poker(players=3)", "cfr"
                "signalling", "xfp"
                "goofspiel(cards=3,order=random,information=win_loss,returns=difference)", "pcfr+"
            ] do
            testCase $"{game} by {solver}: what was solved is what is evaluated" (fun () ->
                inFolder (fun folder ->
                    let file = saved folder "a.json" [ game; "--solver"; solver; "--steps"; "40" ]
                    let solved = json (File.ReadAllText file)
                    let bare = Path.Combine(folder, "bare.json")
                    File.WriteAllText(bare, (solved.GetProperty "profile").GetRawText())

                    let text = printed [ "evaluate"; game; "--profile"; file; "--profile"; bare; "--json" ]
                    validBy "evaluate.json" text
                    let evaluated = json text

                    for profile in (evaluated.GetProperty "profiles").EnumerateArray() do
                        let certificate = solved.GetProperty "certificate"

                        for key in [ "nash_conv"; "exploitability" ] do
                            near 1e-12 (number certificate key) (number profile key) key

                        for value in (solved.GetProperty "values").EnumerateObject() do
                            near
                                1e-12
                                (value.Value.GetDouble())
                                (number (profile.GetProperty "values") value.Name)
                                value.Name))

        testCase "head to head is antisymmetric in zero-sum games, and right" (fun () ->
            inFolder (fun folder ->
                for game in [ "kuhn_poker"; "leduc_poker(ranks=2)" ] do
                    let a = saved folder "a.json" [ game; "--solver"; "cfr"; "--steps"; "3" ]
                    let b = saved folder "b.json" [ game; "--solver"; "xfp"; "--steps"; "5" ]
                    let c = saved folder "c.json" [ game; "--solver"; "mmd"; "--steps"; "2" ]
                    let files = [ a; b; c ]

                    let result =
                        json (
                            printed (
                                [ "evaluate"; game; "--json" ]
                                @ (files |> List.collect (fun file -> [ "--profile"; file ]))
                            )
                        )

                    let meetings =
                        dict [
                            for meeting in (result.GetProperty "head_to_head").EnumerateArray() do
                                let text (name: string) = string ((meeting.GetProperty name).GetString())
                                (text "player", text "plays", text "others_play"), number meeting "value"
                        ]

                    Expect.equal meetings.Count 12 "2 players, 6 ordered pairs"

                    for own in files do
                        for other in files do
                            if own <> other then
                                near
                                    1e-12
                                    (-meetings["player2", other, own])
                                    meetings["player1", own, other]
                                    "what one gains the other loses"

                    let spec = library.Value[game]

                    let strategies file = byLabel spec (ValueList.ToValueList(ProfileText.read spec file))

                    let mixed = strategies b

                    for KeyValue(label, strategy) in strategies a do
                        if label.StartsWith "player1" then
                            mixed[label] <- strategy

                    let byHand =
                        if game = "kuhn_poker" then
                            value kuhnHistories.Value mixed 0
                        else
                            value (histories (LeducPoker 2)) mixed 0

                    near 1e-12 byHand meetings["player1", a, b] "by all histories"))

        testCase "a number that no JSON holds is null, and what it was stands beside it" (fun () ->
            inFolder (fun folder ->
                let game = Path.Combine(folder, "big.csv")
                let file = Path.Combine(folder, "p.json")
                File.WriteAllText(game, "row\\column,x,y\nu,1.7e308,-1.7e308\nv,-1.7e308,1.7e308\n")
                File.WriteAllText(file, "{\"row\":{\"u\":1,\"v\":0},\"column\":{\"x\":1,\"y\":0}}")
                let text = printed [ "evaluate"; game; "--profile"; file; "--json" ]
                validBy "evaluate.json" text
                let profile = (json text).GetProperty("profiles")[0]
                // The column player would gain 2 x 1.7e308 by the other action, which no double holds.
                Expect.equal (profile.GetProperty("nash_conv").ValueKind) JsonValueKind.Null "null"

                Expect.equal
                    (profile.GetProperty("nonfinite").GetProperty("nash_conv").GetString())
                    "Infinity"
                    "what it was"))

        testCase "the schema of evaluations refuses what is none" (fun () ->
            for text in
                [
                    "{}"
                    "{\"schema\":\"evaluate/2\",\"game\":\"g\",\"profiles\":[],\"head_to_head\":[]}"
                    printed [ "solve"; "chicken"; "--solver"; "rm"; "--steps"; "1"; "--json" ]
                ] do
                Expect.throws (fun () -> validBy "evaluate.json" text) text)

        for name, content, message in
            [
                "no JSON", "{\"player1\":", "{file}: this is no JSON: "
                "empty", "", "{file}: this is no JSON: "
                "no object", "[1,2]", "{file}: expected an object, got Array."
                "no profile", "{\"profile\":3}", "{file}: the profile: expected an object, got Number."
                "no such player",
                kuhnProfile [ "player2", "" ],
                "{file}: the profile lacks the player 'player2'. Did you mean 'player1'?"
                "no such information set",
                kuhnProfile [ "player2 Q b", "" ],
                "{file}: 'player2' lacks the information set 'player2 Q b'. Did you mean 'player2 Q p'?"
                "no such action",
                kuhnProfile [ "player2 Q b", "{\"pass\":1}" ],
                "{file}: 'player2 Q b' of 'player2' lacks the action 'bet'."
                "an action too many",
                kuhnProfile [ "player2 Q b", "{\"pass\":0.5,\"bet\":0.5,\"bett\":0}" ],
                "{file}: 'player2 Q b' of 'player2' has no action 'bett' in this game. Did you mean 'bet'?"
                "a sum of 0.9",
                kuhnProfile [ "player1 J -", "{\"pass\":0.5,\"bet\":0.4}" ],
                "{file}: the probabilities of 'player1 J -' of 'player1' sum to 0.9, expected 1."
                "negative",
                kuhnProfile [ "player1 J -", "{\"pass\":1.5,\"bet\":-0.5}" ],
                "{file}: 'player1 J -' of 'player1': expected a probability for 'bet', got -0.5."
                "not a number",
                kuhnProfile [ "player1 J -", "{\"pass\":1,\"bet\":null}" ],
                "{file}: 'player1 J -' of 'player1': expected a probability for 'bet', got null."
                "too large a number", kuhnProfile [ "player1 J -", "{\"pass\":1e999,\"bet\":0}" ], "{file}: "
                "not an object",
                kuhnProfile [ "player1 J -", "[0.5,0.5]" ],
                "{file}: 'player1 J -' of 'player1': expected an object, got Array."
            ] do
            testCase $"malformed: {name}" (fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "p.json")
                    File.WriteAllText(file, content)

                    for more in [ []; [ "--json" ] ] do
                        let code, out, error = align ([ "evaluate"; "kuhn_poker"; "--profile"; file ] @ more)
                        Expect.stringStarts error ("align: " + message.Replace("{file}", file)) "the message"
                        Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                        Expect.equal code ExitCode.WrongInput "the exit code"
                        Expect.equal out "" "nothing on stdout"))

        testCase "a profile of another game" (fun () ->
            inFolder (fun folder ->
                let file = saved folder "a.json" [ "leduc_poker(ranks=2)"; "--solver"; "cfr"; "--steps"; "1" ]
                let code, out, error = align [ "evaluate"; "kuhn_poker"; "--profile"; file ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

                Expect.stringStarts
                    error
                    $"align: {file}: 'player1' lacks the information set 'player1 J -'."
                    "message"))
    ]

// ---- Bad input -----------------------------------------------------------------------------------------------------

let private forgetful =
    String.concat "\n" [
        "EFG 2 R \"forgets\" { \"A\" \"B\" }"
        "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0"
        "p \"\" 1 2 \"t\" { \"c\" \"d\" } 0"
        "t \"\" 1 \"o\" { 1 -1 }"
        "t \"\" 2 \"p\" { 0 0 }"
        "p \"\" 1 2 \"t\" { \"c\" \"d\" } 0"
        "t \"\" 2"
        "t \"\" 1"
    ]

let private wrongInput =
    testList "bad input" [
        for what, part in
            [
                "fault",
                "after b: imperfect recall: information set 'A t' is met here after 'A' did 'b' in 'A s', and after a when it did 'a' in 'A s'; the same moves of its player must lie behind all nodes of an information set; give nodes that differ in them information sets of their own\n"
                "file", "{file}"
            ] do
            testCase $"an .efg file with imperfect recall: the {what} is named" (fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "forgets.efg")
                    File.WriteAllText(file, forgetful)

                    for args in
                        [
                            [ "solve"; file; "--solver"; "cfr+" ]
                            [ "check"; file ]
                            [ "evaluate"; file; "--profile"; file ]
                        ] do
                        let code, out, error = align args
                        Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                        Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                        Expect.stringContains error (part.Replace("{file}", file)) "the message"))

        for game, message in
            [
                "liars_dice(dice=4,sides=9)",
                "The game 'liars_dice(dice=4,sides=9)' would have about 1,157,097,847,465,134,818,485,862,400 ends; expected at most 22,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                "goofspiel(cards=9)",
                "The game 'goofspiel(cards=9,order=descending,information=full,returns=win_loss)' would have about 131,681,894,400 ends; expected at most 22,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                "liars_dice(sides=10)",
                "Parameter 'sides' of the game 'liars_dice': expected a whole number from 1 to 9, got '10'."
                "liars_dice(sides=3.5)",
                "Parameter 'sides' of the game 'liars_dice': expected a whole number from 1 to 9, got '3.5'."
                "liars_dice(side=3)", "The game 'liars_dice' has no parameter 'side'. Did you mean 'sides'?"
                "kuhn_poker(player=3)", "The game 'kuhn_poker' has no parameter 'player'. Did you mean 'players'?"
                "kuhn_poker(players=1)",
                "Parameter 'players' of the game 'kuhn_poker': expected a whole number from 2 to 4, got '1'."
                "goofspiel(order=up)",
                "Parameter 'order' of the game 'goofspiel': expected one of descending, ascending, random, got 'up'."
                "audit(tasks=1,budget=2)",
                "The game 'audit(tasks=1,budget=2,scheming=0.5,penalty=1,cost=0.1)' has 1 tasks: expected a budget of at most as many inspections."
                "leduc_pocker", "There is no game 'leduc_pocker'. Did you mean 'leduc_poker'?"
            ] do
            testCase game (fun () ->
                let others =
                    if message.Contains "would have about" then
                        " The solver 'cfr+' needs the whole tree; by the rules alone there are double_oracle, psro, mccfr."
                    else
                        ""

                refused [ "solve"; game; "--solver"; "cfr+" ] (message + others)
                refused [ "check"; game ] message)

        testCase "players who never act, and choices of one, are no bad input" (fun () ->
            let head = "EFG 2 R \"idle\" { \"A\" \"B\" }\n"

            for body, value in
                [
                    "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0\nt \"\" 1 \"o\" { 1 -1 }\nt \"\" 2 \"p\" { 0 0 }\n", 1.0
                    "c \"\" 1 \"s\" { \"a\" 1/2 \"b\" 1/2 } 0\nt \"\" 1 \"o\" { 1 -1 }\nt \"\" 2 \"p\" { 0 0 }\n", 0.5
                    "p \"\" 1 1 \"s\" { \"a\" } 0\np \"\" 2 1 \"t\" { \"x\" } 0\nt \"\" 1 \"o\" { 1 -1 }\n", 1.0
                    "t \"\" 1 \"o\" { 1 -1 }\n", 1.0
                ] do
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "idle.efg")
                    File.WriteAllText(file, head + body)

                    for solver in [ "cfr+"; "lp"; "xfp"; "omwu" ] do
                        let solved = json (printed [ "solve"; file; "--solver"; solver; "--steps"; "200"; "--json" ])
                        let gap = number (solved.GetProperty "certificate") "nash_conv"
                        Expect.isLessThan gap 0.1 $"{solver}: NashConv"
                        near (gap + 1e-9) value (number (solved.GetProperty "values") "A") $"{solver}: value"))

        testCase "solvers by their names on trees" (fun () ->
            refused [ "solve"; "kuhn_poker"; "--solver"; "pcfr" ] "There is no solver 'pcfr'. Did you mean 'pcfr+'?"

            refused
                [ "solve"; "kuhn_poker"; "--solver"; "cfr+"; "--set"; "updates=both" ]
                "--set: Setting 'updates': 'both' is not one of simultaneous, alternating.")

        testCase "evaluate: not a number, not a parameter, a game too many" (fun () ->
            inFolder (fun folder ->
                let file = saved folder "a.json" [ "kuhn_poker"; "--solver"; "cfr"; "--steps"; "1" ]
                let evaluate more = [ "evaluate"; "kuhn_poker"; "--profile"; file ] @ more
                refused (evaluate [ "--set"; "ante=two" ]) "--set ante: expected a number, got 'two'."
                let code, out, error = align (evaluate [ "--set"; "ante=2" ])
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringStarts error "align: --set: The game 'kuhn_poker' has no parameter 'ante'." "message"
                let code, out, error = align (evaluate [ "leduc_poker" ])
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringContains error "unexpected 'leduc_poker'" "message"))
    ]

[<Tests>]
let tests = testList "tree solvers" [ profiles; wrongInput ]
