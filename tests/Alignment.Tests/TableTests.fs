/// Data of a specification: tables of counts, and their resampling.
module Alignment.Tests.TableTests

open System
open System.IO
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SpecFixtures

// ---- Tables --------------------------------------------------------------------------------------------------------

let private attack, private model =
    Axis.Of("attack", "dsn", "pair"), Axis.Of("model", "vicuna", "llama")

let private red, private blue = Player.Of("red", attack), Player.Of("blue", model)
let private table = CountTable.Read("outcomes.csv").By(attack, model)

let private outcomes =
    "attack,model,successes,trials\ndsn,vicuna,3,10\ndsn,llama,0,8\npair,vicuna,5,5\npair,llama,2,100\n"

/// Binds a game to a file of this text.
let private bound (spec: GameSpec) seed (text: string) =
    let folder = Directory.CreateTempSubdirectory "alignment-tests-"

    try
        File.WriteAllText(Path.Combine(folder.FullName, "outcomes.csv"), text)

        try
            BoundGame.Bind(spec, folder.FullName, seed)
        with e ->
            // the file's folder is another each time
            raise (InvalidOperationException(e.Message.Replace(folder.FullName, "FOLDER"), e))
    finally
        folder.Delete true

let private rated = Game.Named("rated").ZeroSum(red, blue, table.Rate)

let private rates (game: BoundGame) k = game.Data(k).Payoff(0).ToArray()

let private tables =
    testList "tables" [
        testCase "rates, the file's hash, and nothing to note" (fun () ->
            let game = bound rated 0UL outcomes
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates"
            Expect.isEmpty game.Notes "notes"

            Expect.equal
                [ for f in game.Files -> f.Path, f.Sha256 ]
                [ "outcomes.csv", "097f0e89606b51eeed08623b84d52cb1830b4ecb33009d8e20c1650af0671531" ]
                "file"

            Expect.equal game.Declared rated "as declared")

        testCase "columns in any order, more columns, quotes" (fun () ->
            let text =
                "trials,model,note,attack,successes\n10,vicuna,x,\"dsn\",3\n8,llama,,dsn,0\n5,vicuna,\"a,b\",pair,5\n100,llama,,pair,2\n"

            Expect.equal (rates (bound rated 0UL text) 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates")

        testCase "rows of other labels are left out, and that is said" (fun () ->
            let game = bound rated 0UL (outcomes + "gcg,llama,3,4\ndsn,gpt,3,4\n")
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates"

            Expect.equal
                (List.ofSeq game.Notes)
                [ "outcomes.csv: 2 rows left out, their labels are not in attack, model" ]
                "note")

        testCase "one row is told as one" (fun () ->
            Expect.equal
                (List.ofSeq (bound rated 0UL (outcomes + "gcg,llama,3,4\n")).Notes)
                [ "outcomes.csv: 1 row left out, its label is not in attack, model" ]
                "note")

        testCase "an axis without labels" (fun () ->
            let numbered, other = Axis.Of("attack", 2), Axis.Of("model", 2)
            let rates = CountTable.Read("outcomes.csv").By(numbered, other).Rate
            let spec = Game.Named("rated").ZeroSum(Player.Of("red", numbered), Player.Of("blue", other), rates)

            Expect.equal
                (messageOf (fun () -> bound spec 0UL outcomes))
                ("table 'outcomes.csv': axis 'attack' has no labels, and a table's rows are found by them; name the values of column 'attack': Axis.Of(\"attack\", \"first\", ...)\n"
                 + "table 'outcomes.csv': axis 'model' has no labels, and a table's rows are found by them; name the values of column 'model': Axis.Of(\"model\", \"first\", ...)")
                "both, before the file is read")

        testCase "a pooled label is the sum over the others" (fun () ->
            let all = Axis.Of("model", "vicuna", "any", "llama")
            let pooled = CountTable.Read("outcomes.csv").By(attack, all).Pooling(all, "any")
            let spec = Game.Named("pooled").ZeroSum(red, Player.Of("blue", all), pooled.Rate)
            Expect.equal (rates (bound spec 0UL outcomes) 0) [| 0.3; 3.0 / 18.0; 0.0; 1.0; 7.0 / 105.0; 0.02 |] "rates"

            Expect.equal
                (messageOf (fun () -> bound spec 0UL (outcomes + "dsn,any,1,2\n")))
                "FOLDER/outcomes.csv(6,5): 'any' stands for the sum over the others and may not occur in the file; give the pooled label another name"
                "message")

        for name, text, message in
            [
                "a cell missing",
                outcomes.Replace("pair,llama,2,100\n", ""),
                "FOLDER/outcomes.csv: no row gives the cell attack=pair, model=llama"
                "a cell twice",
                outcomes + "dsn,llama,1,8\n",
                "FOLDER/outcomes.csv(6,1): cell attack=dsn, model=llama was given on line 3 already"
                "more successes than trials",
                outcomes.Replace("3,10", "11,10"),
                "FOLDER/outcomes.csv(2,12): 11 successes are more than the 10 trials"
                "no trials", outcomes.Replace("3,10", "0,0"), "FOLDER/outcomes.csv(2,14): expected at least 1 trial"
                "half a success",
                outcomes.Replace("3,10", "2.5,10"),
                "FOLDER/outcomes.csv(2,12): 'successes' is '2.5'; expected a whole number of at least 0"
                "fewer than none",
                outcomes.Replace("3,10", "-1,10"),
                "FOLDER/outcomes.csv(2,12): 'successes' is '-1'; expected a whole number of at least 0"
                "no column of counts",
                outcomes.Replace("trials", "tries"),
                "FOLDER/outcomes.csv(1,1): has no column 'trials' (did you mean 'tries'?); its columns are: attack, model, successes, tries"
                "no column of labels",
                outcomes.Replace("attack,", "atack,"),
                "FOLDER/outcomes.csv(1,1): has no column 'attack' (did you mean 'atack'?); its columns are: atack, model, successes, trials"
                "empty", "", "FOLDER/outcomes.csv: is empty; expected a header row"
            ] do
            testCase name (fun () -> Expect.equal (messageOf (fun () -> bound rated 0UL text)) message "message")

        testCase "no file" (fun () ->
            let spec =
                Game.Named("rated").ZeroSum(red, blue, CountTable.Read("/no/such.csv").By(attack, model).Rate)

            Expect.equal (bindFault spec) "/no/such.csv: no such file; looked for /no/such.csv" "message")
    ]

// ---- Resampling ----------------------------------------------------------------------------------------------------

let private draws = 4000

/// For each of the four cells: (mean, variance) over all draws but the point estimate.
let private moments (game: BoundGame) =
    let cells = [| for k in 1..draws -> rates game k |] |> Array.transpose

    cells
    |> Array.map (fun values ->
        let mean = Array.average values
        mean, values |> Array.averageBy (fun v -> (v - mean) ** 2.0))

let private counts = [| 3.0, 10.0; 0.0, 8.0; 5.0, 5.0; 2.0, 100.0 |]

let private resampling =
    testList "resampling" [
        testCase "posterior: element 0 is the point estimate, the draws follow their Beta laws" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, draws))) 7UL outcomes
            Expect.equal (string game.Batch[0]) "draw=4001" "axis"
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "point estimate"

            for (s, n), (mean, variance) in Array.zip counts (moments game) do
                // Beta(a, b): mean a / (a + b), variance a b / ((a + b)^2 (a + b + 1)), excess kurtosis as in any table
                let a, b = s + 0.5, n - s + 0.5
                let m, v = a / (a + b), a * b / ((a + b) ** 2.0 * (a + b + 1.0))

                let kurtosis =
                    3.0
                    + 6.0 * ((a - b) ** 2.0 * (a + b + 1.0) - a * b * (a + b + 2.0))
                      / (a * b * (a + b + 2.0) * (a + b + 3.0))

                // five standard errors
                Expect.isLessThan (abs (mean - m)) (5.0 * sqrt (v / float draws)) $"mean of {s} of {n}"

                Expect.isLessThan
                    (abs (variance - v))
                    (5.0 * v * sqrt ((kurtosis - 1.0) / float draws))
                    $"variance of {s} of {n}")

        testCase "posterior: cells are independent" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, draws))) 7UL outcomes
            let cells = [| for k in 1..draws -> rates game k |] |> Array.transpose

            for i in 0..3 do
                for j in 0 .. i - 1 do
                    let centred =
                        [ i; j ]
                        |> List.map (fun k ->
                            let mean = Array.average cells[k] in Array.map (fun v -> v - mean) cells[k])

                    let dot (u: float[]) (v: float[]) = Array.fold2 (fun sum a b -> sum + a * b) 0.0 u v

                    let correlation =
                        dot centred[0] centred[1] / sqrt (dot centred[0] centred[0] * dot centred[1] centred[1])

                    Expect.isLessThan (abs correlation) (5.0 / sqrt (float draws)) $"cells {i} and {j}")

        testCase "bootstrap: binomial shares, degenerate at 0 and 1" (fun () ->
            let game = bound (rated.Probe(Probe.Bootstrap(table, draws))) 7UL outcomes

            for (s, n), (mean, variance) in Array.zip counts (moments game) do
                let p = s / n
                let v = p * (1.0 - p) / n
                // the excess kurtosis of a binomial is (1 - 6 p q) / (n p q)
                let kurtosis = if v > 0.0 then 3.0 + (1.0 - 6.0 * p * (1.0 - p)) / (n * p * (1.0 - p)) else 3.0
                Expect.isLessThanOrEqual (abs (mean - p)) (5.0 * sqrt (v / float draws)) $"mean of {s} of {n}"

                Expect.isLessThanOrEqual
                    (abs (variance - v))
                    (5.0 * v * sqrt ((kurtosis - 1.0) / float draws))
                    $"variance of {s} of {n}"

            Expect.all
                (Seq.init draws (fun k -> (rates game (k + 1))[0] * 10.0))
                (fun s -> abs (s - round s) < 1e-9)
                "tenths")

        testCase "the seed decides" (fun () ->
            let all seed =
                let game = bound (rated.Probe(Probe.Posterior(table, 5))) seed outcomes
                [ for k in 0..5 -> rates game k ]

            Expect.equal (all 1UL) (all 1UL) "same seed"
            Expect.notEqual (all 1UL) (all 2UL) "another seed")

        testCase "all draws are solved as one batch" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, 20))) 3UL outcomes
            let options = SolveOptions(Until = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L), Threads = 1)
            let solution = GameSolver.Solve(game, iterative "prm+", options)
            Expect.equal solution.Games.Count 21 "games"
            Expect.equal solution.Games[20].Game "draw=20" "name"
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
            // the point estimate: 0.3 0 / 1 0.02: the second row and the second column dominate
            Expect.isLessThan (abs (solution.Value red - 0.02)) 1e-5 "value")

        // Resampling.Draw keys its stream by the probe's text, which holds the number of draws.
        testCase "more draws keep the first ones" (fun () ->
            let all count =
                let game = bound (rated.Probe(Probe.Posterior(table, count))) 1UL outcomes
                [ for k in 0..3 -> rates game k ]

            Expect.equal (all 10) (all 3) "the first three")
    ]

[<Tests>]
let tests = testList "check" [ tables; resampling ]
