/// Small trainings of the command line, and what they learn from.
module Alignment.Tests.Language.TrainFixtures

open System
open System.IO
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures

let expectValid = validBy "train.json"
let set (pairs: string list) = pairs |> List.collect (fun pair -> [ "--set"; pair ])

/// A conversation a line, with the towels' color as what is to be learned.
let sftRows =
    String.concat "\n" [
        for k in 0..11 do
            let coins = [ "one"; "four"; "eight" ][k % 3]

            $"""{{"messages":[{{"role":"user","content":"what color are the towels {coins}"}},{{"role":"assistant","content":"the towels are gray {coins}"}}]}}"""
    ]

let pairRows =
    String.concat "\n" [
        for k in 0..11 do
            let coins = [ "one"; "four"; "eight" ][k % 3]
            $"""{{"prompt":"a bike {coins}","chosen":"four coins","rejected":"i am sorry"}}"""
    ]

let short =
    set [ "max_steps=6"; "per_device_train_batch_size=4"; "logging_steps=2"; "learning_rate=1e-3" ]

let lora = set [ "use_peft=true"; "lora_r=4"; "lora_alpha=8" ]
let judge = [ "--data"; "dialogues(rows=6,seed=5)"; "--reward"; "judge" ]

let grpo =
    set [
        "max_steps=3"
        "num_generations=4"
        "per_device_train_batch_size=8"
        "max_completion_length=8"
        "learning_rate=1e-3"
        "logging_steps=1"
    ]

let onlyRun folder = RunFolder.All folder |> Seq.exactlyOne

/// Runs a training below a folder and gives its object.
let trained folder args =
    let out = printed ([ "train" ] @ args @ [ "--out"; folder; "--json" ])
    expectValid out
    json out

let file folder name (text: string) =
    let path = Path.Combine(folder, name)
    File.WriteAllText(path, text)
    path

let bytes (folder: string) (name: string) = File.ReadAllBytes(Path.Combine(folder, name)) |> Convert.ToHexString
