module Alignment.Tests.SurfaceTests

open System.Reflection
open Expecto
open Alignment

// ---- Games written on both surfaces --------------------------------------------------------------------------------

let private modes = Axis.labelled "mode" [ "jailbreak"; "roleplay" ]
let private red = Player.choosing "red" modes
let private blue = Player.labelled "blue" [ "filter"; "refuse"; "answer" ]
let private weather = Axis.sized "weather" 2
let private seeds = Axis.sized "seeds" 4

let private harm = Expr.matrix red.Actions blue.Actions [ [ 1.0; 0.0; 2.0 ]; [ 0.5; 0.25; 1.0 ] ]

let private rain = Expr.vector weather [ 0.25; 0.75 ]
let private cost = Signal.Parameter("cost", 0.1, 0.0, 1.0, "Cost of a refusal.")
let private refusals = Expr.vector blue.Actions [ 0.0; 1.0; 0.0 ]
// Not named `payoff`: within `game { }` that is the operation.
let private gain = harm - cost * refusals

let private pairs: (string * GameSpec * GameSpec) list = [
    "nothing", game "empty" { () }, Game.Named "empty"

    "zero-sum",
    game "guard" {
        zeroSum red blue gain
        claim Structure.ZeroSum
    },
    Game.Named("guard").ZeroSum(red, blue, gain).Claim(Structure.ZeroSum)

    "every other verb",
    game "everything" {
        player red
        player blue
        over seeds
        nature weather rain
        payoff red (gain + Expr.vector weather [ 0.0; 1.0 ])
        payoff blue -gain
        regularize red (Regularizer.Entropy 0.1)
        regularize blue (Regularizer.Kl(Expr.vector blue.Actions [ 0.5; 0.25; 0.25 ], cost))
        subjectTo (Constraint.AtMost("refusals", blue, refusals, 0.3))
        probe Probe.Entropy
        claim Structure.ZeroSum
        set "cost" 0.2
        extend (fun spec -> Seq.fold (fun (s: GameSpec) k -> s.Probe(Probe.SupportSize k)) spec [ 0.1; 0.2 ])
        sweep "cost" [ 0.0; 0.1 ]
        perturb 0.5 7UL
    },
    Game
        .Named("everything")
        .Player(red)
        .Player(blue)
        .Over(seeds)
        .Nature(weather, rain)
        .Payoff(red, gain + Expr.Vector(weather, 0.0, 1.0))
        .Payoff(blue, -gain)
        .Regularize(red, Regularizer.Entropy 0.1)
        .Regularize(blue, Regularizer.Kl(Expr.Vector(blue.Actions, 0.5, 0.25, 0.25), cost))
        .SubjectTo(Constraint.AtMost("refusals", blue, refusals, 0.3))
        .Probe(Probe.Entropy)
        .Claim(Structure.ZeroSum)
        .Set("cost", 0.2)
        .Probe(Probe.SupportSize 0.1)
        .Probe(Probe.SupportSize 0.2)
        .Sweep("cost", 0.0, 0.1)
        .Perturb(0.5, 7UL)
]

let private sameSpec =
    testList "give equal specifications" [
        for name, fsharp, csharp in pairs ->
            test name {
                Expect.equal fsharp csharp "value-equal"
                Expect.equal fsharp.Hash csharp.Hash "same hash"
                Expect.equal (string fsharp) (string csharp) "same text"
            }
    ]

// ---- The words of both ---------------------------------------------------------------------------------------------

let private own (t: System.Type) =
    t.GetMethods(BindingFlags.Public ||| BindingFlags.Instance ||| BindingFlags.DeclaredOnly)

/// What returns a specification again, but for what the compiler of C# adds to a record and for `MapExpressions`, with which
/// passes rewrite what has been declared.
let private verbs =
    own typeof<GameSpec>
    |> Seq.filter (fun m ->
        m.ReturnType = typeof<GameSpec>
        && not (m.Name.StartsWith '<')
        && m.Name <> nameof Unchecked.defaultof<GameSpec>.MapExpressions)
    |> Seq.map _.Name
    |> Set.ofSeq

let private operations =
    own typeof<GameBuilder>
    |> Seq.choose (fun m ->
        m.GetCustomAttribute<CustomOperationAttribute>()
        |> Option.ofObj
        |> Option.map (fun o -> m.Name, o.Name))
    |> Map.ofSeq

let private sameWords =
    testList "have the same words" [
        test "operations are the verbs of GameSpec" {
            Expect.equal (operations |> Map.keys |> Set.ofSeq) verbs "an operation a verb, a verb an operation"
        }

        test "an operation is spelt like its verb" {
            for KeyValue(verb, operation) in operations do
                Expect.equal operation (string (System.Char.ToLowerInvariant verb[0]) + verb[1..]) verb
        }

        test "every verb is used in the games above" {
            let used = pairs |> List.map (fun (_, spec, _) -> string spec) |> String.concat "\n"

            for word in [ "player"; "over"; "nature"; "payoff"; "regularize"; "subject to"; "probe"; "claim" ] do
                Expect.stringContains used $"\n  {word} " word
        }
    ]

// ---- Modules beside the types of the same name ---------------------------------------------------------------------

let private x = Axis.sized "x" 3
let private v = Signal.External("v", x)
let private w = Signal.External("w", x)

let private same (actual: Expr) (expected: Expr) =
    Expect.equal (string actual) (string expected) "same expression"
    Expect.equal actual expected "value-equal"

let private modules =
    testList "modules" [
        test "a type's members and the module's functions both resolve" {
            same (Expr.Constant 1.0) (Expr.constant 1.0)
            Expect.equal (Axis.Of("x", 3)) (Axis.sized "x" 3) "axis"
            Expect.equal (Player.Of("p", "a", "b")) (Player.labelled "p" [ "a"; "b" ]) "player"
            Expect.equal (Player.Of("p", 2)) (Player.sized "p" 2) "numbered actions"
            Expect.equal (Player.choosing "p" x |> Player.actions) x "a player's axis"
            Expect.equal (x |> Axis.prime) (x |> Axis.named "x'") "prime"
        }

        test "operators mix numbers and expressions" {
            same (0.1 * v) (Expr.Constant 0.1 * v)
            same (1.0 - v / 2.0) (Expr.Constant 1.0 - v / Expr.Constant 2.0)

            Expect.equal
                (string (Stop.NashConvBelow 1e-3 ||| Stop.AfterSteps 20L &&& Stop.AfterSeconds 60.0))
                (string ((Stop.NashConvBelow 1e-3 ||| Stop.AfterSteps 20L) &&& Stop.AfterSeconds 60.0))
                "F# gives both one precedence; use brackets"
        }

        test "pipelines are the members" {
            same (v |> Expr.sum x) (v.Sum x)
            same (v |> Expr.mean x) (v.Mean x)
            same (v |> Expr.max x) (v.Max x)
            same (v |> Expr.min x) (v.Min x)
            same (v |> Expr.logSumExp x) (v.LogSumExp x)
            same (v |> Expr.softmax x) (v.Softmax x)
            same (v |> Expr.oneHotMax x) (v.OneHotMax x)
            same (v |> Expr.projectToSimplex x) (v.ProjectToSimplex x)
            same (v |> Expr.cumulativeSum x) (v.CumulativeSum x)
            same (v |> Expr.dot [ x ] w) (v.Dot(w, x))
            same (v |> Expr.on x (Axis.prime x)) (v.On(x, x.Prime()))
            same (Expr.constant 2.0 |> Expr.expand [ x ]) (Expr.Constant(2.0).Expand x)
            same (v |> Expr.exp |> Expr.log |> Expr.sqrt |> Expr.abs) (v.Exp().Log().Sqrt().Abs())
            same (v |> Expr.tanh |> Expr.positive |> Expr.stopGradient) (v.Tanh().Positive().StopGradient())
            same (v.Above 0.0 |> Expr.select v w) (v.Above(0.0).Select(v, w))
            let named = Axis.labelled "named" [ "a"; "b" ]
            same (Expr.indicator named "b") (Expr.Indicator(named, "b"))
            same (Expr.lookup named x [ 2; 0 ]) (Expr.Lookup(named, x, [ 2; 0 ]))
            same (Expr.uniformOver [ x; named ]) (Expr.UniformOver(x, named))
            same (Expr.indicator named "b" |> Expr.at named "b") ((Expr.Indicator(named, 1)).At(named, "b"))

            same
                (Expr.matrix x (Axis.sized "y" 1) [ [ 1 ]; [ 2 ]; [ 3 ] ])
                (Expr.Matrix(x, Axis.Of("y", 1), array2D [ [ 1 ]; [ 2 ]; [ 3 ] ]))
        }

        test "derivatives are the members" {
            let f (e: Expr) = e * e * w
            same (Grad.grad f v) ((f v).Grad v)
            same (Grad.jvp f v w) ((f v).Jvp(v, w))
            same (Grad.hvp f v w) ((f v).Hvp(v, w))
            same (Grad.jacobian f v) ((f v).Jacobian v)
            same (Grad.hessian f v) (((f v).Grad v).Jacobian v)
        }
    ]

// ---- Options -------------------------------------------------------------------------------------------------------

let private options =
    testList "options of a run" [
        test "are changed one at a time, the others stay" {
            let before = SolveOptions(Threads = 3, Chunk = 7, BaseDirectory = "data")
            let after = before.With(precision = Precision.Float32, until = Stop.AfterSteps 5L)

            Expect.equal
                after
                (SolveOptions(
                    Threads = 3,
                    Chunk = 7,
                    BaseDirectory = "data",
                    Precision = Precision.Float32,
                    Until = Stop.AfterSteps 5L
                ))
                "as if made at once"

            Expect.equal (before.With()) before "nothing changed"
            Expect.equal (after.With(threads = 2, seed = 9UL).Threads) 2 "again"
        }

        test "of an experiment" {
            let pennies = GameLibrary.Create "matching_pennies"

            let experiment =
                Experiment(pennies, RegretMatching(), Stop.AfterSteps 5L)
                |> _.With(fun options -> options.With(threads = 1, precision = Precision.Float32))

            Expect.equal experiment.Options.Threads 1 "threads"
            Expect.equal experiment.Options.Until (Stop.AfterSteps 5L) "the rest stays"
            Expect.equal (experiment.Run().Options.Precision) Precision.Float32 "and counts"
        }

        // an option added to the record and forgotten in `With` could not be changed from F#
        test "every option can be changed" {
            let methods = own typeof<SolveOptions> |> List.ofSeq

            let changed =
                methods
                |> List.filter (fun m -> m.Name = nameof Unchecked.defaultof<SolveOptions>.With)
                |> List.collect (fun m -> m.GetParameters() |> List.ofArray)
                |> List.map (fun p -> (string p.Name).ToLowerInvariant())

            let options =
                methods
                |> List.filter _.Name.StartsWith("set_")
                |> List.map (fun m -> m.Name.Substring(4).ToLowerInvariant())

            Expect.equal (Set.ofList changed) (Set.ofList options) "an option a parameter"
        }
    ]

[<Tests>]
let tests = testList "surfaces" [ sameSpec; sameWords; modules; options ]
