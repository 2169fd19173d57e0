namespace Alignment.CommandLine

open System
open Alignment

/// Numbers that players set, for people.
module WeightsText =
    /// Numbers up to which they are printed in full, in a line of their own or as a column.
    let private mostOfLine, private mostOfColumn = 12, 8

    /// The weights of a player, each with its own of the numbers that lie one behind the other.
    let parts (player: Player) (numbers: float seq) : (Weights * float[]) list =
        let numbers = Array.ofSeq numbers

        player.Weights
        |> Seq.mapFold
            (fun start weights -> (weights, numbers[start .. start + weights.Size - 1]), start + weights.Size)
            0
        |> fst
        |> List.ofSeq

    /// The element of each axis at a position.
    let private labels (weights: Weights) (position: int) =
        let step (axis: Axis) rest = axis.Label(rest % axis.Size), rest / axis.Size
        Seq.mapFoldBack step weights.Axes position |> fst |> List.ofSeq

    /// Name and axes.
    let title (weights: Weights) =
        match [ for axis in weights.Axes -> axis.Name ] with
        | [] -> weights.Name
        | axes ->
            let listed = String.concat "," axes
            $"%s{weights.Name}[%s{listed}]"

    /// How many numbers there are and how they spread.
    let private spread (numbers: float[]) =
        $"%s{Words.brief (Array.min numbers)} to %s{Words.brief (Array.max numbers)}, mean %s{Words.brief (Array.average numbers)}"

    /// The numbers, each with its label; of many, how they spread.
    let labelled (weights: Weights) (numbers: float[]) =
        if numbers.Length > mostOfLine then
            $"%d{numbers.Length} numbers from %s{spread numbers}; --json prints all"
        else
            numbers
            |> Seq.mapi (fun k number ->
                match labels weights k with
                | [] -> Words.brief number
                | [ label ] -> $"%s{label} %s{Words.brief number}"
                | several ->
                    let listed = String.concat "," several
                    $"(%s{listed}) %s{Words.brief number}")
            |> String.concat ", "

    /// The title of a column that holds the numbers of a row each.
    let heading (weights: Weights) =
        match weights.Axes.Count with
        | 1 when weights.Size <= mostOfColumn ->
            let listed = String.concat " " (List.init weights.Size (labels weights >> List.head))
            $"%s{weights.Name}[%s{listed}]"
        | _ -> title weights

    /// The numbers in the order of the heading; of many, how they spread.
    let brief (numbers: float[]) =
        if numbers.Length > mostOfColumn then
            spread numbers
        else
            numbers |> Seq.map Words.brief |> String.concat " "

    /// A name for each number of a player, as in `logits[states=CC]`.
    let names (player: Player) = [
        for weights in player.Weights do
            for k in 0 .. weights.Size - 1 do
                match labels weights k with
                | [] -> weights.Name
                | own ->
                    let at = Seq.map2 (fun (axis: Axis) label -> $"%s{axis.Name}=%s{label}") weights.Axes own
                    let listed = String.concat "," at
                    $"%s{weights.Name}[%s{listed}]"
    ]
