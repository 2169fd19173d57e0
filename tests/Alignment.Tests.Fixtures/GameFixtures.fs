/// The numbers of a matrix game, from the definitions of what it is written with.
module Alignment.Tests.GameFixtures

open System
open Alignment

/// One cell of an expression, straight from the definitions: the oracle for what the games declare.
let rec cell (at: Map<string, int>) (e: Expr) : float =
    let argument k = cell at e.Arguments[k]

    match e.Op with
    | :? Op.Constant as c -> c.Value
    | :? Op.Parameter as p -> p.Declaration.Value
    | :? Op.Literal as l ->
        let position = (0, l.Tensor.Axes) ||> Seq.fold (fun sum axis -> sum * axis.Size + at[axis.Name])

        l.Tensor.Values[position]
    | :? Op.Unary as u when u.Kind = UnaryKind.Negate -> -(argument 0)
    | :? Op.Binary as b when b.Kind = BinaryKind.Add -> argument 0 + argument 1
    | :? Op.Binary as b when b.Kind = BinaryKind.Subtract -> argument 0 - argument 1
    | :? Op.Binary as b when b.Kind = BinaryKind.Multiply -> argument 0 * argument 1
    | :? Op.Select -> if argument 0 <> 0.0 then argument 1 else argument 2
    | other -> failwith $"'{other}' is none of what the games are written with"

/// Payoffs as solvers read them: the last player's action fastest.
type Table(players: Player list, payoffs: float[] list) =
    member _.Payoffs = payoffs

    interface IGameData with
        member _.Players = ValueList.ToValueList players
        member _.Payoff player = ReadOnlySpan payoffs[player]

    static member Of(spec: GameSpec) =
        let players = List.ofSeq spec.Players

        let rec cells =
            function
            | [] -> [ Map.empty ]
            | (player: Player) :: rest -> [
                for action in 0 .. player.Actions.Size - 1 do
                    for others in cells rest -> Map.add player.Actions.Name action others
              ]

        let all = cells players |> Array.ofList
        let payoffOf player = (spec.Payoffs |> Seq.find (fun p -> p.Player = player)).Payoff
        Table(players, players |> List.map (fun player -> all |> Array.map (fun at -> cell at (payoffOf player))))
