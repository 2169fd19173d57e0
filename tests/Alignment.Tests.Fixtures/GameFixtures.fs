/// The numbers of a matrix game, from the definitions of what it is written with; a random tree.
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

// ---- A random tree -------------------------------------------------------------------------------------------------

type RandomPosition = { Moves: int list; Seen: string list }

/// Payoffs uniform on [-2, 2), no zero-sum game. Moves by chance and two players in turn. A player knows its own moves, and of each other move whether it was odd.
let randomTree seed =
    let stream = RandomStream(seed, "random tree")
    let turns = [| Turn.Chance; Turn.Of 0; Turn.Of 1; Turn.Chance; Turn.Of 1; Turn.Of 0 |]
    // a text as a number: 48 bits
    let number (text: string) = (17L, text) ||> Seq.fold (fun sum c -> (sum * 31L + int64 c) &&& 0xFFFFFFFFFFFFL)
    let key (state: RandomPosition) = number (String.concat "," (List.map string state.Moves))

    {
        new IRules<RandomPosition> with
            member _.Name = "random_tree"
            member _.Players = ValueList.ToValueList [ "one"; "two" ]
            member _.Initial = { Moves = []; Seen = [ "one"; "two" ] }

            member _.Actor state =
                let depth = state.Moves.Length
                // some games end early
                if depth = turns.Length || depth > 3 && stream.Uniform(0L, key state) < 0.25 then
                    Turn.Over
                else
                    turns[depth]

            member this.Actions state =
                let turn = this.Actor state

                let count =
                    if turn.IsChance then
                        2
                    else
                        2 + int (stream.Integer(2L, 1L, number state.Seen[turn.Player]))

                ValueList.ToValueList [ for a in 1..count -> $"a{a}" ]

            member this.Chance state =
                let weights = [
                    for a in 1 .. (this.Actions state).Count -> 0.2 + stream.Uniform(int64 a + 1L, key state)
                ]

                ValueList.ToValueList [ for w in weights -> w / List.sum weights ]

            member this.Next(state, action) =
                let turn = this.Actor state

                {
                    Moves = action :: state.Moves
                    Seen =
                        state.Seen
                        |> List.mapi (fun p seen -> $"{seen}{if p = turn.Player then action else action % 2}")
                }

            member this.InformationState state = state.Seen[(this.Actor state).Player]

            member _.Returns state =
                ValueList.ToValueList [ for p in 8L .. 9L -> 4.0 * stream.Uniform(p, key state) - 2.0 ]
    }
