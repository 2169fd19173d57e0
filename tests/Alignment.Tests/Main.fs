module Alignment.Tests.Main

open System.Reflection

let private assemblies = [
    Assembly.GetExecutingAssembly()
    typeof<Alignment.Tests.CSharp.Marker>.Assembly
    typeof<Alignment.Tests.Language.Marker>.Assembly
    typeof<Alignment.Tests.Systems.Marker>.Assembly
]

[<EntryPoint>]
let main args =
    TorchAgreement.run args |> Option.iter exit
    Program.run args (Program.testsOf assemblies)
