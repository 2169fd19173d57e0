/// `align convert`: what is written is the same game, complete or not at all, and never in place of a file.
module Alignment.Tests.ConvertTests

open System
open System.IO
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Formats
open Alignment.Tests.Fixtures

let private files folder = DirectoryInfo(folder).GetFileSystemInfos() |> Array.map _.Name |> Array.sort

/// What the first player gets by a solver, with the certificate's gap.
let private solved game solver =
    let solution = json (printed [ "solve"; game; "--solver"; solver; "--json" ])
    let first = solution.GetProperty("values").EnumerateObject() |> Seq.head
    first.Value.GetDouble(), solution.GetProperty("certificate").GetProperty("nash_conv").GetDouble()

let private converted folder game (name: string) =
    let file = Path.Combine(folder, name)
    let said = printed [ "convert"; game; file ]
    let size = (FileInfo file).Length.ToString("#,0", Globalization.CultureInfo.InvariantCulture)
    Expect.equal said $"%s{file}  %s{size} bytes\n" "the file and its size"
    Expect.equal (files folder |> Array.filter _.EndsWith(".part")) [||] "nothing unfinished is left"
    file

let private sameValue =
    testList "solved as a file, a game has the value that it has" [
        for game, name in
            [
                "leduc_poker", "leduc.efg"
                "kuhn_poker", "kuhn.efg"
                "kuhn_poker", "kuhn.nfg"
                "goofspiel(cards=3,order=random)", "goofspiel.efg"
                "random_zero_sum(rows=7,columns=5,seed=3)", "random.efg"
                "random_zero_sum(rows=7,columns=5,seed=3)", "random.nfg"
                "rock_paper_scissors(rock=2)", "rps.EFG"
            ] do
            testCase $"%s{game} as %s{name}" (fun () ->
                inFolder (fun folder ->
                    let expected, gap = solved game "lp"
                    let value, gapOfFile = solved (converted folder game name) "lp"
                    Expect.isLessThan (max gap gapOfFile) 1e-12 "both are solved"
                    Expect.floatClose { absolute = 1e-12; relative = 0.0 } value expected "the value"))
    ]

let private sameGame =
    testList "the game that is read back is the one that was written" [
        for game in [ "chicken"; "random_general_sum(players=3,actions=4)"; "blotto(coins=3,fields=2)" ] do
            testCase $"%s{game}, as a table and as a tree" (fun () ->
                inFolder (fun folder ->
                    let data (spec: GameSpec) =
                        let game = BoundGame.Bind spec

                        [
                            for index, player in Seq.indexed spec.Players ->
                                player.Name,
                                [ for action in 0 .. player.Actions.Size - 1 -> player.Actions.Label action ],
                                game.Data(0).Payoff(index).ToArray()
                        ]

                    let spec = GameLibrary.Create game
                    let read = NfgReader.Read(converted folder game "a.nfg")
                    Expect.equal (data (GameText.ofTable "a" read)) (data spec) "players, actions and payoffs"
                    let tree = GameTree.Of(EfgReader.Read(converted folder game "a.efg"))

                    for player, (name, labels, payoffs) in Seq.indexed (data spec) do
                        let sets = tree.Players[player].InformationSets
                        Expect.equal sets.Count 1 "one information set a player"
                        Expect.equal (tree.Players[player].Player, List.ofSeq sets[0].Actions) (name, labels) "names"
                        // Outcomes stand in the order of the walk: the last player's action fastest, as cells do.
                        Expect.sequenceEqual tree.Payoffs[player] payoffs "payoffs"))

        for game in [ "kuhn_poker(players=3)"; "signalling(strong=0.3)"; "liars_dice(dice=1,sides=3)" ] do
            testCase $"%s{game}, as a tree" (fun () ->
                inFolder (fun folder ->
                    let expected = (GameLibrary.Create game).Tree |> Option.ofObj |> Option.map _.Tree
                    let file = converted folder game "a.efg"
                    Expect.equal (Some(GameTree.Of(EfgReader.Read file))) expected "the tree"
                    let again = converted folder file "b.efg"
                    Expect.equal (File.ReadAllText again) (File.ReadAllText file) "and the file of the file"))

        testCase "a payoff table becomes a file of Gambit" (fun () ->
            withFile "pay.csv" "row\\column,x,y\nu,1,-0.1\nv,3,0.3333333333333333\n" (fun path ->
                let file = path + ".nfg"
                printed [ "convert"; path; file ] |> ignore
                let table = NfgReader.Read file
                Expect.equal (table.Title, List.ofSeq table.Players) ("pay", [ "row"; "column" ]) "names"
                Expect.sequenceEqual table.Payoffs[0] [ 1.0; -0.1; 3.0; 0.3333333333333333 ] "to the row"
                Expect.sequenceEqual table.Payoffs[1] [ -1.0; 0.1; -3.0; -0.3333333333333333 ] "to the column"))
    ]

/// Refused with one line, and the folder holds what it held.
let private refusedIn args message =
    testCase (String.concat " " args) (fun () ->
        inFolder (fun folder ->
            let there (text: string) = text.Replace("{dir}", folder)
            File.WriteAllText(Path.Combine(folder, "old.efg"), "mine")
            Directory.CreateDirectory(Path.Combine(folder, "folder.nfg")) |> ignore
            refused ("convert" :: List.map there args) (there message)
            Expect.equal (files folder) [| "folder.nfg"; "old.efg" |] "nothing written, nothing left"
            Expect.equal (File.ReadAllText(Path.Combine(folder, "old.efg"))) "mine" "nothing written over"))

let private expected =
    "convert: expected a game and a file to write, as in `align convert kuhn_poker kuhn.efg`; `align games` lists games."

let private refusals =
    testList "refusals" [
        for args, message in
            [
                [], expected
                [ "chicken" ], expected
                [ "chicken"; "{dir}/a.efg"; "b.efg" ],
                "align convert 'GAME' FILE: unexpected 'b.efg'. Quote a name that holds spaces or brackets."
                [ "chicken"; "{dir}/a.efg"; "--force" ], "There is no option '--force'. There is --help."
                [ "chiken"; "{dir}/a.efg" ], "There is no game 'chiken'. Did you mean 'chicken'?"
                [ "nowhere.efg"; "{dir}/a.nfg" ], "nowhere.efg: no such file; check the path"
                [ "chicken"; "{dir}/old.efg" ], "{dir}/old.efg: exists, and nothing is written over; name another file."
                [ "{dir}/old.efg"; "{dir}/old.efg" ],
                "{dir}/old.efg: exists, and nothing is written over; name another file."
                [ "chicken"; "{dir}/folder.nfg" ],
                "{dir}/folder.nfg: exists, and nothing is written over; name another file."
                [ "chicken"; "{dir}/a.csv" ], "{dir}/a.csv: expected the name of a file that ends in .efg or .nfg."
                [ "chicken"; "{dir}/efg" ], "{dir}/efg: expected the name of a file that ends in .efg or .nfg."
                [ "chicken"; "{dir}/no/a.efg" ], "{dir}/no/a.efg: there is no folder '{dir}/no'; make it first."
                [ "leduc_poker"; "{dir}/a.nfg" ],
                "The reduced normal form of leduc_poker has more than 10^18 cells; at most 1,000,000 are made. Make the game smaller, or write the tree itself as .efg."
                [ "random_zero_sum(rows=1000,columns=1000)"; "{dir}/a.efg" ],
                "random_zero_sum(rows=1000,columns=1000,seed=0) has more than 1,000,000 nodes, the most that are written; make the game smaller."
            ] do
            refusedIn args message

        let row, column = Player.Of("row", 2), Player.Of("column", 2)
        let kuhn = Game.FromRules(KuhnPoker())
        let batch = zeroSumBatch 3 2 2 (draws "convert" 3 2 2)

        for what, (spec: GameSpec), message in
            [
                "a batch", batch, "'random' is a batch of 3 games; a file of Gambit holds one."
                "a batch of trees",
                kuhn.Over(Axis.Of("copy", 2)),
                "'kuhn_poker' is a batch of 2 games; a file of Gambit holds one."
                "other payoffs than those of the rules",
                kuhn.MapExpressions(fun payoff -> payoff * 2.0),
                "'kuhn_poker' pays something else than the rules that its tree comes from; a file would hold what those pay."
                "regularizers",
                (zeroSumOf 2 2 (draws "convert" 1 2 2)).Regularize(row, Regularizer.Entropy 0.1),
                "'random' has regularizers, which no file of Gambit can hold."
                "constraints",
                (zeroSumOf 2 2 (draws "convert" 1 2 2))
                    .SubjectTo(Constraint.AtMost("cost", column, Expr.Vector(column.Actions, 1.0, 0.0), 0.5)),
                "'random' has constraints, which no file of Gambit can hold."
            ] do
            testCase $"%s{what} that only code can declare" (fun () ->
                inFolder (fun folder ->
                    for name in [ "a.efg"; "a.nfg" ] do
                        let write () = GameFile.write (Path.Combine(folder, name)) spec
                        Expect.throwsC write (fun e -> Expect.equal (Faults.describe e) (2, message) "the message")

                    Expect.equal (files folder) [||] "nothing written"))

        testCase "a tree without rules can be no .efg file" (fun () ->
            inFolder (fun folder ->
                let tree = Game.FromTree(GameTree.Of(KuhnPoker()))

                Expect.throwsT<InvalidOperationException>
                    (fun () -> GameFile.write (Path.Combine(folder, "a.efg")) tree)
                    "no rules to write"

                GameFile.write (Path.Combine(folder, "a.nfg")) tree
                Expect.equal (files folder) [| "a.nfg" |] "but its table can"))
    ]

[<Tests>]
let tests = testList "convert" [ sameValue; sameGame; refusals ]
