/// Figures that are known of solvers on games of a stated kind, and the pictures of the documents that show solvers at work.
module Alignment.Tests.FiguresTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

// ---- A 100 x 100 game of uniform payoffs ---------------------------------------------------------------------------

/// Payoffs uniform on [-1, 1); figures are of this one game.
let private large = lazy (GameLibrary.Create "random_zero_sum(rows=100,columns=100,seed=7)")

let private gapAfter steps (solver: string) =
    let options = SolveOptions(Until = Stop.AfterSteps steps)
    GameSolver.Solve(large.Value, Solver.Find solver, options).Certificate.NashConv

let private figures =
    testList "100 x 100" [
        test "prm+ is below 1e-4 after 1,000 steps and below 2e-6 after 5,000" {
            Expect.isLessThan (gapAfter 1_000L "prm+") 1e-4 "1,000"
            Expect.isLessThan (gapAfter 5_000L "prm+") 2e-6 "5,000"
        }

        test "fictitious play is still at 0.05 after 10,000" { near 0.02 0.05 (gapAfter 10_000L "fp") "fp" }

        test "mirror descent with a moving magnet stays above 1.3e-3 for 16 settings and 30,000 steps" {
            let rates = Axis.labelled "rate" [ "0.05"; "0.1"; "0.5"; "1" ]
            let pulls = Axis.labelled "pull" [ "0.02"; "0.1"; "0.5"; "1" ]

            let solver =
                MagneticMirrorDescent(
                    StepSize = Expr.vector rates [ 0.05; 0.1; 0.5; 1.0 ],
                    Temperature = Expr.vector pulls [ 0.02; 0.1; 0.5; 1.0 ],
                    Magnet = Magnet.Moving
                )

            let solution = GameSolver.Solve(large.Value, solver, SolveOptions(Until = Stop.AfterSteps 30_000L))
            Expect.hasLength solution.Games 16 "settings"

            for game in solution.Games do
                Expect.isGreaterThan game.Certificate.NashConv 1.3e-3 "NashConv"
        }
    ]

// ---- Pictures ------------------------------------------------------------------------------------------------------

/// A metric of a run over its steps.
let private curve name key (solution: Solution) =
    let points = solution.Trace |> Seq.filter (fun point -> point.Step > 0L) |> Array.ofSeq
    PlotCurve(name, [| for p in points -> float p.Step |], [| for p in points -> p.Metrics[key] |])

let private pictures =
    testList "pictures of the documents" [
        test "Nash learning against mixtures with the reference" {
            let answer = Axis.labelled "answer" [ "brief"; "thorough"; "friendly" ]

            let preferred =
                Preference.Of(answer, array2D [ [ 0.5; 0.9; 0.2 ]; [ 0.1; 0.5; 0.8 ]; [ 0.8; 0.2; 0.5 ] ])

            let learning = Game.Preference("nash learning", preferred, temperature = 0.1)

            let run name (share: float) =
                let solver = NashMirrorDescent(Mixture = Expr.constant share)

                GameSolver.Solve(learning, solver, SolveOptions(Until = Stop.AfterSteps 20_000L))
                |> curve name "game/regularized_gap"

            Plot.Curves(
                "Regularized gap of Nash mirror descent",
                PlotAxis("steps", true),
                PlotAxis("regularized gap, in units of probability", true),
                run "mixture with the reference fixed at 0.5" 0.5,
                run "fixed at 0.05" 0.05,
                run "decaying" 0.0
            )
            |> Pictures.isDrawnIn "preference-games.svg"
        }

        test "opponent shaping against naive learning" {
            let dilemma = GameLibrary.Create "iterated_prisoners_dilemma(runs=50)"

            let run name (solver: string) =
                GameSolver.Solve(dilemma, Solver.Find solver, SolveOptions(Until = Stop.AfterSteps 300L))
                |> curve name $"game/value/{dilemma.Players[0].Name}"

            Plot.Curves(
                "Mean payoff of the iterated prisoner's dilemma, 50 starts",
                PlotAxis("steps", true),
                PlotAxis "payoff a round",
                run "naive gradients" "lola(rate=1,opponentRate=0)",
                run "LOLA" "lola(rate=1,opponentRate=10)"
            )
            |> Pictures.isDrawnIn "opponent-shaping.svg"
        }

        test "NashConv of double oracle goes up and down, and its running minimum down" {
            let teams = Games.Inspection([ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 ], 0.5)

            let away =
                RegularizedResponse(
                    Temperature = 0.0,
                    Diversity = HullDistance(),
                    Weight = WeightSchedule(0.1, 0.8, 20L)
                )

            let run solver =
                let until = Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 100L
                GameSolver.Solve(teams, solver, SolveOptions(Until = until))

            let plain = run (DoubleOracle())

            Plot.Curves(
                "NashConv of double oracle on the inspection game",
                PlotAxis "iterations",
                PlotAxis "NashConv, in units of payoff",
                curve "best responses" "game/nash_conv" plain,
                curve "their running minimum" "game/nash_conv_min" plain,
                curve "best responses away from the population" "game/nash_conv" (run (DoubleOracle(Oracle = away)))
            )
            |> Pictures.isDrawnIn "red-blue.svg"
        }

        test "ratings that count strength and ratings that count circles" {
            let games =
                Comparisons.Of [
                    for first, second, wins, losses in
                        [
                            "base", "chat", 30, 70
                            "base", "code", 30, 70
                            "base", "math", 25, 75
                            "chat", "code", 80, 20
                            "code", "math", 75, 25
                            "math", "chat", 65, 35
                        ] -> PairCounts(first, second, wins, losses)
                ]

            let strengths = (BradleyTerry.Fit games).Ratings |> Seq.map exp |> Array.ofSeq
            let n = games.Labels.Count
            let rate i j = if i = j then 0.5 else (games.WinRate(i, j)).Value

            let even =
                Game.Preference("even", Preference.Of(Axis.labelled "model" games.Labels, Array2D.init n n rate))

            let average = GameSolver.Solve(even, NashAveraging(), SolveOptions()).Games[0].Strategies[0]

            Plot.Bars(
                "Share of strength (Elo) and weight in Nash averaging",
                "share",
                games.Labels,
                false,
                PlotBars("strength", [| for s in strengths -> s / Array.sum strengths |]),
                PlotBars("Nash averaging", average)
            )
            |> Pictures.isDrawnIn "ratings.svg"
        }
    ]

let private refusals = test "curves and bars that cannot be drawn are refused" {
    let curve name x y = PlotCurve(name, x, y)
    let plot curves = Plot.Curves("Gap", PlotAxis "steps", PlotAxis("gap", true), curves)
    let line = curve "line" [ 1.0; 2.0 ] [ 1.0; 2.0 ]

    for curves, message in
        [
            [], "Plot 'Gap': expected from 1 to 8 curves, got 0. (Parameter 'curves')"
            [ for _ in 1..9 -> line ], "Plot 'Gap': expected from 1 to 8 curves, got 9. (Parameter 'curves')"
            [ curve "short" [ 1.0; 2.0 ] [ 1.0 ] ],
            "Plot 'Gap': expected a value for each place of 'short', got 1 for 2."
            [ curve "low" [ 1.0; 2.0; 3.0 ] [ 1.0; 0.0; nan ] ],
            "Plot 'Gap': expected at least two points of 'low' that its axes take, got 1."
        ] do
        Expect.equal (argumentFault (fun () -> plot (Array.ofList curves))) message "the message"

    Expect.equal
        (argumentFault (fun () -> Plot.Bars("Shares", "share", [ "a"; "b" ], false, PlotBars("one", [ 0.5; -0.5 ]))))
        "Plot 'Shares': expected a finite number of at least 0 of 'one' for each of 2 rows, got 0.5, -0.5."
        "bars"

    Expect.equal
        (argumentFault (fun () -> Plot.Bars("Shares", "share", [ "a" ], false)))
        "Plot 'Shares': expected from 1 to 64 rows and from 1 to 8 series, got 1 and 0."
        "no bars"
}

[<Tests>]
let tests = testList "known figures" [ figures; pictures; refusals ]
