/// Small specifications, and what is said of wrong ones.
module Alignment.Tests.SpecFixtures

open System
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

let rps = weightedRps 1.0
let payoff = rps.Payoffs[0].Payoff
let g = Game.Named "g"
let rowAxis, columnAxis = row3.Actions, column3.Actions
let two = Axis.Of("game", 2)
let x = Axis.Of("x", 4)
let y = Axis.Of("y", 2)
let vector = Expr.Vector(x, 1.0, 2.0, 3.0, 4.0)
let c (value: float) = Expr.Constant value

let messageOf (action: unit -> 'a) =
    try
        action () |> ignore
        ""
    with e ->
        e.Message

let faults spec = [ for fault in SpecCheck.Faults spec -> string fault ]

let bindFault (spec: GameSpec) = messageOf (fun () -> BoundGame.Bind spec)

let weather = Axis.Of("weather", "sun", "rain")
