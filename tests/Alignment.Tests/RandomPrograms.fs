/// Random well-typed programs: expressions of every operation over one to three named axes, the ragged axes of up to three random
/// treeplexes and up to two batch axes, derivatives of them, and state over a few steps. They judge executors against each other and derivatives against differences.
module Alignment.Tests.RandomPrograms

open System.Collections.Generic
open FsCheck
open FsCheck.FSharp
open Alignment
open Alignment.Compiler

/// An expression, a bound on its absolute value, and how far its arguments stay from kinks and jumps, as expressions to be kept away from 0.
type Draft = { Value: Expr; Bound: float; Margins: Expr list }

/// An input and its numbers.
type Input = {
    Name: string
    Axes: Axis list
    Values: float[]
} with

    member input.Expr = Signal.External(input.Name, List.toArray input.Axes)

/// A derivative to be checked by central differences: `Derivative` is that of `Objective` with respect to an input, along `Direction` if
/// there is one.
type Difference = {
    Objective: string
    Derivative: string
    Input: Input
    Direction: NamedTensor option
}

/// Values stay below this; what grows beyond is scaled down, so that no function overflows.
let private largest = 4.0

let private draft value bound margins = { Value = value; Bound = bound; Margins = margins }

let private scaled d =
    if d.Bound > largest then
        { d with Value = d.Value * (largest / d.Bound); Bound = largest }
    else
        d

// ---- Axes ----------------------------------------------------------------------------------------------------------

/// The axes of a value that are not batch axes.
let private events (batch: Axis list) (value: Expr) =
    value.Axes |> Seq.filter (fun a -> batch |> List.forall (fun b -> b.Name <> a.Name)) |> List.ofSeq

/// An axis of a size that the value does not hold; one name always has one size.
let private fresh (value: Expr) size =
    [ "i"; "j"; "k"; "l"; "m" ]
    |> Seq.map (fun letter -> Axis.Of($"{letter}{size}", (size: int)))
    |> Seq.find (fun axis -> not (value.Axes.Contains axis))

/// Steps of `f` along axes until none is left but those to be kept: a ragged axis leaves its parent.
let rec private reduced (batch: Axis list) keeps (f: 'a -> Axis -> 'a) (value: 'a -> Expr) (x: 'a) =
    match events batch (value x) |> List.tryFind (keeps >> not) with
    | Some axis -> reduced batch keeps f value (f x axis)
    | None -> x

/// The sum over all axes that are not batch axes.
let private total batch (value: Expr) = reduced batch (fun _ -> false) (fun (v: Expr) axis -> v.Sum axis) id value

/// Without the parents of ragged axes that are among them, which stand for both.
let private apart (axes: Axis list) =
    axes
    |> List.filter (fun a ->
        axes
        |> List.forall (fun child ->
            match child.Parent with
            | null -> true
            | parent -> parent.Name <> a.Name))

let private numbers low high count =
    Gen.choose (0, 1_000_000)
    |> Gen.map (fun k -> low + (high - low) * float k / 1e6)
    |> Gen.arrayOfLength count

let private elements (axes: Axis list) = axes |> List.fold (fun n a -> n * a.Size) 1

let private table low high (axes: Axis list) =
    numbers low high (elements axes) |> Gen.map (fun values -> NamedTensor.Of(axes, values))

let private subset items =
    items
    |> List.map (fun item -> Gen.elements [ [ item ]; [] ])
    |> Gen.sequenceToList
    |> Gen.map List.concat

// ---- Functions of single elements ----------------------------------------------------------------------------------

let private one = Expr.Constant 1.0

let private unary: (Draft -> Draft) list = [
    fun x -> { x with Value = -x.Value }
    fun x ->
        if x.Bound <= 2.0 then
            draft (x.Value.Exp()) (exp x.Bound) x.Margins
        else
            draft ((x.Value.Tanh()).Exp()) (exp 1.0) x.Margins
    fun x -> draft ((x.Value * x.Value + 0.5).Log()) 3.0 x.Margins
    fun x -> draft ((x.Value * x.Value).Log1p()) 3.0 x.Margins
    fun x -> draft ((0.5 * x.Value).Expm1()) (exp 2.0) x.Margins
    fun x -> draft ((x.Value * x.Value + 0.3).Sqrt()) (x.Bound + 0.6) x.Margins
    fun x -> { x with Value = x.Value.Abs(); Margins = x.Value :: x.Margins }
    fun x -> draft (x.Value.Tanh()) 1.0 x.Margins
    fun x -> draft (x.Value.Sign()) 1.0 (x.Value :: x.Margins)
    fun x -> draft (x.Value.Sign().EqualTo one) 1.0 (x.Value :: x.Margins)
    fun x -> { x with Value = x.Value.StopGradient() }
]

let private binary: (Draft -> Draft -> Draft) list =
    let both value bound a b = draft value bound (a.Margins @ b.Margins)

    let kinked value bound a b = draft value bound ((a.Value - b.Value) :: a.Margins @ b.Margins)

    [
        fun a b -> both (a.Value + b.Value) (a.Bound + b.Bound) a b
        fun a b -> both (a.Value - b.Value) (a.Bound + b.Bound) a b
        fun a b -> both (a.Value * b.Value) (a.Bound * b.Bound) a b
        fun a b -> both (a.Value / (b.Value * b.Value + 1.0)) a.Bound a b
        fun a b -> both ((a.Value * a.Value + 0.5).Pow(b.Value.Tanh())) (max 2.0 (a.Bound * a.Bound + 0.5)) a b
        fun a b -> kinked (a.Value.Minimum b.Value) (max a.Bound b.Bound) a b
        fun a b -> kinked (a.Value.Maximum b.Value) (max a.Bound b.Bound) a b
        fun a b -> kinked (a.Value.Below b.Value) 1.0 a b
        fun a b -> kinked (a.Value.AtMost b.Value) 1.0 a b
        fun a b ->
            kinked (a.Value.Above(b.Value).Select(a.Value, b.Value * b.Value)) (max a.Bound (b.Bound * b.Bound)) a b
        fun a b ->
            draft
                (a.Value.Select(a.Value * b.Value, b.Value))
                (max 1.0 a.Bound * b.Bound)
                (a.Value :: a.Margins @ b.Margins)
        // the logarithm is not finite where it is not taken, and its slope is not either
        fun a b ->
            draft
                (a.Value.Above(Expr.Constant 0.0).Select(a.Value.Log(), b.Value))
                (max 6.0 b.Bound)
                (a.Value :: a.Margins @ b.Margins)
    ]

// ---- Along an axis -------------------------------------------------------------------------------------------------

/// The distance of the largest element to the second largest.
let private lead (value: Expr) (axis: Axis) = value.Max axis - (value - 1000.0 * value.OneHotMax axis).Max axis

/// The distance of each element to the threshold of its projection onto the simplex.
let private fromThreshold (value: Expr) (axis: Axis) =
    let support = (value.ProjectToSimplex axis).Above(Expr.Constant 0.0)
    value - (value.Dot(support, axis) - 1.0) / support.Sum axis

let private along: (Draft -> Axis -> Draft) list =
    let size (a: Axis) = float a.MostChildren

    [
        fun x a -> draft (x.Value.Sum a) (x.Bound * size a) x.Margins
        fun x a -> draft (x.Value.Mean a) x.Bound x.Margins
        fun x a -> draft (x.Value.Max a) x.Bound (lead x.Value a :: x.Margins)
        fun x a -> draft (x.Value.LogSumExp a) (x.Bound + log (size a)) x.Margins
        fun x a -> draft (x.Value.Softmax a) 1.0 x.Margins
        fun x a -> draft (x.Value.OneHotMax a) 1.0 (lead x.Value a :: x.Margins)
        fun x a -> draft ((0.5 * x.Value).ProjectToSimplex a) 1.0 (fromThreshold (0.5 * x.Value) a :: x.Margins)
        fun x a -> draft (x.Value.CumulativeSum a) (x.Bound * size a) x.Margins
        fun x a -> draft (x.Value.CumulativeSum(a, true)) (x.Bound * size a) x.Margins
    ]

let private gather x (a: Axis) = gen {
    let! size = Gen.choose (1, 5)
    let! map = Gen.choose (0, a.Size - 1) |> Gen.arrayOfLength size
    return { x with Value = x.Value.Gather(a, fresh x.Value size, map) }
}

let private segmentSum x (a: Axis) = gen {
    let! size = Gen.choose (1, 4)
    let! map = Gen.choose (0, size - 1) |> Gen.arrayOfLength a.Size
    return draft (x.Value.SegmentSum(a, fresh x.Value size, map)) (x.Bound * float a.Size) x.Margins
}

let private slice x (a: Axis) = gen {
    let! size = Gen.choose (1, a.Size)
    let! start = Gen.choose (0, a.Size - size)
    return { x with Value = x.Value.Slice(a, start, fresh x.Value size) }
}

let private rename x (a: Axis) = Gen.constant { x with Value = x.Value.On(a, fresh x.Value a.Size) }

let private concat x (a: Axis) y (b: Axis) =
    let into = fresh (x.Value * y.Value) (a.Size + b.Size)
    // the axis of one piece may not be among the other axes of another
    let own = a.Prime()
    let other = b.Prime().Prime()
    let value = Expr.Concat(into, struct (x.Value.On(a, own), own), struct (y.Value.On(b, other), other))
    draft value (max x.Bound y.Bound) (x.Margins @ y.Margins)

let private dot x y (axes: Axis list) =
    let terms = axes |> List.fold (fun n a -> n * float a.MostChildren) 1.0
    draft (x.Value.Dot(y.Value, List.toArray axes)) (x.Bound * y.Bound * terms) (x.Margins @ y.Margins)

// ---- Trees ---------------------------------------------------------------------------------------------------------

/// Random treeplexes, and the axis of the terms of their sparse contractions.
type private Grove = { Trees: TreeplexAxes list; Ends: Axis }

/// A few information sets of one to three actions, each behind any sequence of those before it.
let private treeplex name = gen {
    let! sets = Gen.choose (1, 5)
    let! sizes = Gen.choose (1, 3) |> Gen.listOfLength sets
    let firsts = List.scan (+) 0 sizes

    let! parents =
        firsts |> List.take sets |> List.map (fun first -> Gen.choose (0, first)) |> Gen.sequenceToList

    return
        List.zip3 sizes (List.take sets firsts) parents
        |> List.mapi (fun k (size, first, parent) ->
            InformationSet(string k, ValueList.ToValueList(Seq.init size string), first, parent))
        |> fun sets -> TreeplexAxes.Of(Treeplex(name, ValueList.ToValueList sets))
}

let private grove = gen {
    let! count = Gen.choose (1, 3)
    let! trees = [ "p"; "q"; "r" ] |> List.truncate count |> List.map treeplex |> Gen.sequenceToList
    let! ends = Gen.choose (1, 12)
    return { Trees = trees; Ends = Axis.Of("ends", ends) }
}

let private axesOf grove =
    grove.Ends
    :: (grove.Trees |> List.collect (fun t -> [ t.Actions; t.Actions; t.InformationSets; t.Sequences ]))

/// A value over one axis and the batch.
let private onto batch (axis: Axis) (x: Draft) = gen {
    let keeps (a: Axis) =
        a.Name = axis.Name
        || (match axis.Parent with
            | null -> false
            | parent -> a.Name = parent.Name)

    let x =
        x
        |> reduced batch keeps (fun x a -> draft (x.Value.Sum a) (x.Bound * float a.MostChildren) x.Margins) _.Value
        |> scaled

    if x.Value.Axes.Contains axis then
        return x
    else
        let! values = table -1.5 1.5 [ axis ]
        return scaled { x with Value = x.Value * Expr.Literal values; Bound = 1.5 * x.Bound }
}

/// The same, and never above 1.
let private small batch axis x =
    onto batch axis x
    |> Gen.map (fun x -> { x with Value = x.Value * (1.0 / max 1.0 x.Bound); Bound = min 1.0 x.Bound })

let private sweepDown batch (tree: TreeplexAxes) x c = gen {
    let! x = small batch tree.Actions x
    let! sourced = Gen.elements [ true; false ]

    if sourced then
        let! c = onto batch tree.Sequences c

        return
            draft
                (Expr.Of(Op.SweepDown tree, x.Value, c.Value))
                (c.Bound * float tree.Sequences.Size)
                (x.Margins @ c.Margins)
    else
        return draft (Expr.Of(Op.SweepDown tree, x.Value)) 1.0 x.Margins
}

let private sweepUp batch (tree: TreeplexAxes) g x s = gen {
    let! first = Gen.elements [ tree.Actions; tree.Sequences; tree.Sequences ]
    let! g = small batch first g
    let! x = small batch tree.Actions x
    let! kind = Gen.elements [ SweepKind.Strategy; SweepKind.Best; SweepKind.Soft; SweepKind.Nearest ]
    let op = Op.SweepUp(tree, kind)
    let count = float tree.Sequences.Size

    match kind with
    | SweepKind.Strategy -> return draft (Expr.Of(op, g.Value, x.Value)) count (g.Margins @ x.Margins)
    | SweepKind.Best ->
        let value = Expr.Of(op, g.Value)
        return draft value count (lead (value.Slice(tree.Sequences, 0, tree.Actions)) tree.Actions :: g.Margins)
    | _ ->
        let! wide = Gen.elements [ true; false ]

        let! s =
            if wide then
                small batch tree.InformationSets s
            else
                numbers -1.0 1.0 1 |> Gen.map (fun v -> draft (Expr.Constant v[0]) 1.0 [])

        let scale = 0.5 + s.Value * s.Value
        let value = Expr.Of(op, g.Value, x.Value, scale)
        let point = x.Value + value.Slice(tree.Sequences, 0, tree.Actions) / scale
        let own = if kind = SweepKind.Nearest then [ fromThreshold point tree.Actions ] else []
        return draft value (6.0 * count) (own @ g.Margins @ x.Margins @ s.Margins)
}

let private sparseContract batch grove smaller = gen {
    let! into = Gen.elements grove.Trees

    let map (tree: TreeplexAxes) =
        Gen.choose (0, tree.Sequences.Size - 1)
        |> Gen.arrayOfLength grove.Ends.Size
        |> Gen.map (fun map -> IndexMap(tree.Sequences, ValueList.ToValueList map))

    let factors = grove.Trees |> List.filter (fun t -> t <> into)
    let! maps = factors |> List.map map |> Gen.sequenceToList
    let! target = map into
    let! v = smaller |> Gen.bind (onto batch grove.Ends)

    let! xs =
        factors |> List.map (fun t -> smaller |> Gen.bind (onto batch t.Sequences)) |> Gen.sequenceToList

    let op = Op.SparseContract(SparseIndex(grove.Ends, ValueList.ToValueList maps, target))

    return
        draft
            (Expr.Of(
                op,
                [|
                    yield v.Value
                    for x in xs do
                        yield x.Value
                |]
            ))
            (xs |> List.fold (fun bound x -> bound * x.Bound) (v.Bound * float grove.Ends.Size))
            (v.Margins @ List.collect _.Margins xs)
}

// ---- Expressions ---------------------------------------------------------------------------------------------------

type private Scope = { Batch: Axis list; Events: Axis list; Leaves: Draft list; Grove: Grove option }

/// Few enough of the axes for tables over all of them to be small.
let private some (axes: Axis list) =
    let mutable left = 100

    axes
    |> List.distinct
    |> List.filter (fun a ->
        let fits = a.Size <= left

        if fits then
            left <- left / a.Size

        fits)

let private leaf scope =
    Gen.frequency [
        6, Gen.elements scope.Leaves
        1, numbers -2.0 2.0 1 |> Gen.map (fun v -> draft (Expr.Constant v[0]) 2.0 [])
        1, Gen.constant (draft (0.1 * Expr.Step) 1.0 [])
        2,
        gen {
            let! axes = subset (some scope.Events @ List.truncate 1 scope.Batch)
            let! values = table -1.5 1.5 (apart axes)
            return draft (Expr.Literal values) 1.5 []
        }
        1,
        gen {
            let! axes = subset (some scope.Events @ scope.Batch) |> Gen.map apart
            let! name = Gen.elements [ "noise"; "shock" ]
            // the layout is part of a draw's address, so one name has one list of axes
            let name = $"""{name} {axes |> List.map _.Name |> String.concat " "}"""

            return!
                Gen.elements [
                    draft (Expr.Uniform(name, List.toArray axes)) 1.0 []
                    draft (0.3 * Expr.Normal(name, List.toArray axes)) 1.5 []
                ]
        }
    ]

/// At most three axes beside the batch.
let private narrow scope x =
    let axes = events scope.Batch x.Value
    let kept = List.truncate 3 (some axes)

    x
    |> reduced
        scope.Batch
        (fun a -> List.contains a kept)
        (fun x a -> scaled (draft (x.Value.Sum a) (x.Bound * float a.MostChildren) x.Margins))
        _.Value

let rec private expression scope depth =
    if depth = 0 then
        leaf scope
    else
        let smaller = expression scope (depth - 1)

        /// Something that holds an axis, and the axis.
        let withAxis = gen {
            let! x = smaller

            match events scope.Batch x.Value with
            | [] ->
                let! axis = Gen.elements scope.Events
                let! values = table -1.5 1.5 [ axis ]
                return draft (x.Value * Expr.Literal values) (1.5 * x.Bound) x.Margins, axis
            | axes ->
                let! axis = Gen.elements axes
                return x, axis
        }

        Gen.frequency [
            1, leaf scope
            3, Gen.map2 (fun f x -> f x) (Gen.elements unary) smaller
            4, Gen.map3 (fun f x y -> f x y) (Gen.elements binary) smaller smaller
            5, Gen.map2 (fun f (x, a) -> f x a) (Gen.elements along) withAxis
            2,
            gen {
                let! x, a = withAxis
                let! move = Gen.elements [ gather; segmentSum; slice; rename ]
                return! move x a
            }
            1,
            gen {
                let! x, a = withAxis
                let! y, b = withAxis
                return concat x a y b
            }
            3,
            gen {
                let! x, a = withAxis
                let! y = smaller

                // where one operand holds a ragged axis and the other its parent, both are over the ragged one
                let a =
                    events scope.Batch y.Value
                    |> List.tryFind (fun b ->
                        match b.Parent with
                        | null -> false
                        | parent -> parent.Name = a.Name)
                    |> Option.defaultValue a

                let shared = events scope.Batch y.Value |> List.filter (fun b -> b <> a && x.Value.Axes.Contains b)
                let! more = subset shared
                return dot x y (a :: more)
            }
            1,
            gen {
                let! x = smaller
                let! axes = subset (some scope.Events) |> Gen.map apart
                return { x with Value = x.Value.Expand(List.toArray axes) }
            }
            match scope.Grove with
            | None -> ()
            | Some grove ->
                4,
                gen {
                    let! tree = Gen.elements grove.Trees
                    let! x = smaller
                    let! y = smaller
                    return! sweepDown scope.Batch tree x y
                }

                6,
                gen {
                    let! tree = Gen.elements grove.Trees
                    let! x = smaller
                    let! y = smaller
                    let! z = smaller
                    return! sweepUp scope.Batch tree x y z
                }

                3, sparseContract scope.Batch grove smaller
        ]
        |> Gen.map (scaled >> narrow scope)

/// A program before it is lowered.
type Sketch = {
    Batch: Axis list
    Inputs: Input list
    States: (string * Expr * Expr) list
    Outputs: (string * Expr) list
    Differences: Difference list
    Margins: Expr list
    Steps: int
}

// ---- Programs ------------------------------------------------------------------------------------------------------

let private holds (axes: Axis seq) (batch: Axis list) =
    batch |> List.filter (fun b -> axes |> Seq.exists (fun a -> a.Name = b.Name))

/// Inputs that an objective may be differentiated by: games do not interact, so they must differ wherever it differs.
let private differentiable batch inputs (value: Expr) =
    inputs
    |> List.filter (fun (i: Input) -> holds value.Axes batch |> List.forall (fun b -> List.contains b i.Axes))

let private input events batch name = gen {
    let! own = subset (some events) |> Gen.map apart
    let! games = Gen.frequency [ 3, Gen.constant batch; 1, subset batch ]
    let! order = Gen.elements [ own @ games; games @ own ]
    let! values = numbers -2.0 2.0 (elements order)

    return { Name = name; Axes = order; Values = values }
}

/// The weighted sum of an expression, its gradient, its derivative along a direction, and that of the gradient.
let private derivatives (scope: Scope) inputs (y: Draft) = gen {
    match differentiable scope.Batch inputs y.Value with
    | [] -> return [], []
    | candidates ->
        let! input = Gen.elements candidates
        let x = input.Expr
        let! weights = table -1.0 1.0 (events scope.Batch y.Value)
        let objective = total scope.Batch (y.Value * Expr.Literal weights)
        let! direction = table -1.0 1.0 input.Axes
        let along = Expr.Literal direction

        let difference objective derivative direction = {
            Objective = objective
            Derivative = derivative
            Input = input
            Direction = direction
        }

        return
            [
                "objective", objective
                "gradient", objective.Grad x
                "tangent", y.Value.Jvp(x, along)
                "curvature", objective.Hvp(x, along)
            ],
            [
                difference "objective" "gradient" None
                difference "value" "tangent" (Some direction)
                difference "gradient" "curvature" (Some direction)
            ]
}

/// The mean over the axes that a state variable does not hold: it would take them on, and clash with those of what is made of it.
let private fitted (scope: Scope) (variable: Expr) (value: Expr) =
    reduced scope.Batch variable.Axes.Covers (fun (v: Expr) axis -> v.Mean axis) id value

/// A state variable that stays bounded; now and then it moves along a gradient.
let private update (scope: Scope) (variable: Expr) = gen {
    let! move = expression scope 2
    let move = { move with Value = fitted scope variable move.Value }
    let! climbs = Gen.elements [ true; false; false ]
    let moved = 0.5 * variable + 0.5 * move.Value.Tanh()

    if climbs && holds move.Value.Axes scope.Batch = holds variable.Axes scope.Batch then
        let objective = total scope.Batch (variable.Tanh() * move.Value)

        return moved + 0.1 * (objective.Grad variable).Tanh(), move.Margins
    else
        return moved, move.Margins
}

let private isStopped (value: Expr) = Expr.Topological [ value ] |> Seq.exists (fun node -> node.Op :? Op.StopGradient)

let sketch: Gen<Sketch> = gen {
    let! sizes = Gen.choose (1, 4) |> Gen.arrayOfLength 3
    let! rank = Gen.choose (1, 3)
    let plain = List.init rank (fun k -> Axis.Of([ "a"; "b"; "c" ][k], sizes[k]))
    let! grove = Gen.frequency [ 1, Gen.constant None; 1, grove |> Gen.map Some ]

    let! events =
        plain @ (grove |> Option.map axesOf |> Option.defaultValue [])
        |> Gen.shuffle
        |> Gen.map List.ofArray

    let! games = Gen.elements [ 1; 2; 3; 5; 9 ]

    let! batch =
        Gen.elements [ []; [ Axis.Of("games", games) ]; [ Axis.Of("games", games); Axis.Of("seeds", 2) ] ]

    let! inputs = [ "x"; "y"; "z" ] |> List.map (input events batch) |> Gen.sequenceToList

    let scope: Scope = {
        Batch = batch
        Events = events
        Leaves = inputs |> List.map (fun i -> draft i.Expr 2.0 [])
        Grove = grove
    }

    let! stateful = Gen.elements [ true; false ]
    let! depth = Gen.choose (2, 4)

    if not stateful then
        let! y = expression scope depth
        let! outputs, differences = derivatives scope inputs y

        return {
            Batch = batch
            Inputs = inputs
            States = []
            Outputs = ("value", y.Value) :: outputs
            Differences = if isStopped y.Value then [] else differences
            Margins = y.Margins
            Steps = 0
        }
    else
        let! starts = expression scope 1 |> Gen.listOfLength 2
        let names = [ "s/one"; "s/two" ]

        let initial =
            (SolverState.Empty, List.zip names starts) ||> List.fold (fun s (n, d) -> s.With(Slot n, d.Value))

        let variables = initial.AsVariables().Variables |> Seq.map _.Value |> List.ofSeq

        let inner = {
            scope with
                Leaves = scope.Leaves @ (variables |> List.map (fun v -> draft v 2.0 []))
        }

        let! updates = variables |> List.map (update inner) |> Gen.sequenceToList
        // one variable may simply take over another's old value
        let! shifts = Gen.elements [ true; false; false ]

        let nexts =
            updates
            |> List.map fst
            |> List.mapi (fun k next -> if shifts && k = 1 then fitted scope variables[1] variables[0] else next)

        let! y = expression inner 2
        let! steps = Gen.choose (0, 5)

        return {
            Batch = batch
            Inputs = inputs
            States = List.zip3 names (starts |> List.map _.Value) nexts
            Outputs = [ "value", y.Value ]
            Differences = []
            Margins = y.Margins @ (starts |> List.collect _.Margins) @ (updates |> List.collect snd)
            Steps = steps
        }
}

let private lowered name (s: Sketch) states outputs =
    let assigned pick =
        (SolverState.Empty, states)
        ||> List.fold (fun state variable -> let n, (v: Expr) = pick variable in state.With(Slot n, v))

    Lowering.Program(
        name,
        s.Batch,
        assigned (fun (n, initial, _) -> n, initial),
        assigned (fun (n, _, next) -> n, next),
        outputs |> List.map (fun (n, v: Expr) -> KeyValuePair(n, v))
    )

/// The program of a sketch.
let program name (s: Sketch) = lowered name s s.States s.Outputs

/// The same steps with one output more: the smallest distance to a kink that any step came to.
let marginProgram name (s: Sketch) =
    let smallest =
        (Expr.Constant 1e3, s.Margins)
        ||> List.fold (fun least margin ->
            least.Minimum(reduced s.Batch (fun _ -> false) (fun (m: Expr) axis -> m.Min axis) id (margin.Abs())))

    match s.States with
    | [] -> lowered name s [] [ "margin", smallest ]
    | states ->
        let kept = Expr.Of(Op.State("margin", ValueList<Axis>.Empty))

        lowered name s (states @ [ "margin", Expr.Constant 1e3, kept.Minimum smallest ]) [
            "margin", kept.Minimum smallest
        ]

/// One game of a batch as a sketch of its own; none where draws differ between games, since they are told apart by their place.
let single (s: Sketch) (game: int) =
    let places, _ =
        (s.Batch, (Map.empty, game))
        ||> List.foldBack (fun a (known, rest) -> Map.add a.Name (rest % a.Size) known, rest / a.Size)

    let isBatch (a: Axis) = places.ContainsKey a.Name

    /// The numbers of the game, over the axes that are left.
    let slice (axes: Axis list) (values: float[]) =
        let own = axes |> List.filter (isBatch >> not)

        let place k =
            let all, _ =
                (own, (places, k))
                ||> List.foldBack (fun a (known, rest) -> Map.add a.Name (rest % a.Size) known, rest / a.Size)

            values[(0, axes) ||> List.fold (fun at a -> at * a.Size + all[a.Name])]

        own, Array.init (elements own) place

    let alone (node: Expr) : Expr | null =
        match node.Op with
        | :? Op.Signal as signal when signal.Axes |> Seq.exists isBatch ->
            Signal.External(signal.Name, signal.Axes |> Seq.filter (isBatch >> not) |> Array.ofSeq)
        | :? Op.Literal as literal when literal.Tensor.Axes |> Seq.exists isBatch ->
            let own, values = slice (List.ofSeq literal.Tensor.Axes) (literal.Tensor.Values.ToArray())
            Expr.Literal(NamedTensor.Of(own, values))
        | _ -> null

    let expressions = (s.Outputs |> List.map snd) @ (s.States |> List.collect (fun (_, a, b) -> [ a; b ]))

    let differs (node: Expr) =
        match node.Op with
        | :? Op.Random as random -> random.Axes |> Seq.exists isBatch
        | _ -> false

    if Expr.Topological expressions |> Seq.exists differs then
        None
    else
        Some {
            s with
                Batch = []
                Inputs =
                    s.Inputs
                    |> List.map (fun i ->
                        let axes, values = slice i.Axes i.Values
                        { i with Axes = axes; Values = values })
                States = s.States |> List.map (fun (n, a, b) -> n, a.Substitute alone, b.Substitute alone)
                Outputs = s.Outputs |> List.map (fun (n, v) -> n, v.Substitute alone)
                Differences = []
                Margins = []
        }
