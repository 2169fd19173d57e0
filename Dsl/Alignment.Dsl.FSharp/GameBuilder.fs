namespace Alignment

open System

/// The computation expression `game "name" { ... }`. An operation is a verb of `GameSpec` and forwards to it: both surfaces
/// give equal specifications. Loops and conditions go into `extend (fun spec -> ...)`.
/// Within the braces an operation's name means the operation, so do not name a value `payoff` or `player` that is used there (FS3095).
type GameBuilder(name: string) =

    member _.Zero() : GameSpec = Game.Named name

    member _.Yield(_: unit) : GameSpec = Game.Named name

    /// Adds a player.
    [<CustomOperation "player">]
    member _.Player(spec: GameSpec, player: Player) : GameSpec = spec.Player player

    /// Repeats the game along an axis: one game an element.
    [<CustomOperation "over">]
    member _.Over(spec: GameSpec, axis: Axis) : GameSpec = spec.Over axis

    /// Adds a chance variable with its distribution.
    [<CustomOperation "nature">]
    member _.Nature(spec: GameSpec, variable: Axis, distribution: Expr) : GameSpec = spec.Nature(variable, distribution)

    /// Sets what a player maximizes.
    [<CustomOperation "payoff">]
    member _.Payoff(spec: GameSpec, player: Player, payoff: Expr) : GameSpec = spec.Payoff(player, payoff)

    /// Adds something that a player wants, by name.
    [<CustomOperation "objective">]
    member _.Objective(spec: GameSpec, player: Player, objective: Objective) : GameSpec =
        spec.Objective(player, objective)

    /// Makes a player's objectives its payoff.
    [<CustomOperation "aggregate">]
    member _.Aggregate(spec: GameSpec, player: Player, aggregator: IAggregator) : GameSpec =
        spec.Aggregate(player, aggregator)

    /// Two players with opposite payoffs; adds them if they are new.
    [<CustomOperation "zeroSum">]
    member _.ZeroSum(spec: GameSpec, maximizer: Player, minimizer: Player, payoff: Expr) : GameSpec =
        spec.ZeroSum(maximizer, minimizer, payoff)

    /// Subtracts a penalty on a player's strategy from its payoff.
    [<CustomOperation "regularize">]
    member _.Regularize(spec: GameSpec, player: Player, regularizer: IRegularizer) : GameSpec =
        spec.Regularize(player, regularizer)

    /// Adds a bound on an expectation.
    [<CustomOperation "subjectTo">]
    member _.SubjectTo(spec: GameSpec, bound: Constraint) : GameSpec = spec.SubjectTo bound

    /// Adds something to measure.
    [<CustomOperation "probe">]
    member _.Probe(spec: GameSpec, probe: IProbe) : GameSpec = spec.Probe probe

    /// Claims a structure, such as zero-sum; a game that does not have it is refused.
    [<CustomOperation "claim">]
    member _.Claim(spec: GameSpec, structure: Structure) : GameSpec = spec.Claim structure

    /// Sets a declared parameter.
    [<CustomOperation "set">]
    member _.Set(spec: GameSpec, parameter: string, value: float) : GameSpec = spec.Set(parameter, value)

    /// Spreads a declared parameter over a batch axis: one game a value.
    [<CustomOperation "sweep">]
    member _.Sweep(spec: GameSpec, parameter: string, values: float seq) : GameSpec =
        spec.Sweep(parameter, Seq.toArray values)

    /// Adds uniform noise of [-scale, scale) to the payoffs, drawn by a seed; their sum stays.
    [<CustomOperation "perturb">]
    member _.Perturb(spec: GameSpec, scale: float, seed: uint64) : GameSpec = spec.Perturb(scale, seed)

    /// Applies a function: the place for loops and conditions.
    [<CustomOperation "extend">]
    member _.Extend(spec: GameSpec, extension: GameSpec -> GameSpec) : GameSpec =
        spec.Extend(Func<GameSpec, GameSpec> extension)

/// The one word that starts a specification in F#.
[<AutoOpen>]
module GameExpression =

    /// `game "name" { ... }`: a specification.
    let game (name: string) = GameBuilder name
