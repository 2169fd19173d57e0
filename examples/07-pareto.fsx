#load "alignment.fsx"

open Alignment

// scores of five policies
let policies =
    ObjectivePoints.Of(
        [ "helpful"; "harmless" ],
        [ [ 0.9; 0.1 ]; [ 0.7; 0.5 ]; [ 0.6; 0.4 ]; [ 0.4; 0.8 ]; [ 0.1; 0.9 ] ]
    )

let front = ParetoFront.Of policies
let reference = ObjectiveVector.All(0.0, "helpful", "harmless")

printfn "front         %O" front.Members
printfn "hypervolume   %.3f above %O" (Hypervolume.Of(front, reference)) reference
printfn "sparsity      %.4f" (Sparsity.Of(front, GapScale.Raw))
printfn "spacing       %.4f" (Spacing.Of(front, GapScale.Raw))
printfn "by draws      %O" (Hypervolume.Estimate(policies, reference, seed = 1UL))
