namespace Alignment

/// Axes, last argument first where a pipeline wants it. The type `Axis` itself keeps its members: both resolve.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Axis =

    /// An axis with one element a label.
    let labelled (name: string) (labels: string seq) : Axis = Axis.Of(name, Seq.toArray labels)

    /// An axis of a number of elements without labels.
    let sized (name: string) (size: int) : Axis = Axis.Of(name, size)

    /// An axis of the same domain under another name.
    let named (name: string) (axis: Axis) : Axis = axis.Named name

    /// An axis of the same domain named `name'`, for expressions that need the domain twice.
    let prime (axis: Axis) : Axis = axis.Prime()

/// Players. The type `Player` itself keeps its members: both resolve.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Player =

    /// A player choosing from an axis, for example a column of a table.
    let choosing (name: string) (actions: Axis) : Player = Player.Of(name, actions)

    /// A player choosing among labelled actions; the axis is named like the player.
    let labelled (name: string) (actions: string seq) : Player = Player.Of(name, Seq.toArray actions)

    /// A player choosing among numbered actions; the axis is named like the player.
    let sized (name: string) (actions: int) : Player = Player.Of(name, actions)

    /// A player that sets weights.
    let setting (name: string) (weights: Weights seq) : Player = Player.With(name, Seq.toArray weights)

    /// What the player chooses from.
    let actions (player: Player) : Axis = player.Actions

/// Weights that players set. The type `Weights` itself keeps its members: both resolve.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Weights =

    /// Weights over axes; none for a single number.
    let over (axes: Axis seq) (name: string) : Weights = Weights.Of(name, Seq.toArray axes)

    /// The same weights within a domain.
    let within (domain: Domain) (weights: Weights) : Weights = weights.Within domain

    /// The same weights starting elsewhere.
    let startingAt (start: IInitializer) (weights: Weights) : Weights = weights.StartingAt start

    /// The numbers as an expression.
    let value (weights: Weights) : Expr = weights.Value
