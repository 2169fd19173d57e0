module Alignment.Tests.ArchitectureTests

open System.Reflection
open ArchUnitNET.Domain
open ArchUnitNET.Fluent
open ArchUnitNET.Loader
open Expecto

let private assembly (name: string) = Assembly.Load name

/// The projects and what each may see of the others: one direction, no way back.
let private mayUse =
    let dsl = [ "Alignment.Dsl" ]
    let runtime = dsl @ [ "Alignment.Formats"; "Alignment.Compiler"; "Alignment.Runtime" ]

    [
        "Alignment.Dsl", []
        "Alignment.Dsl.FSharp", dsl
        "Alignment.Games", dsl
        "Alignment.Solvers", dsl
        "Alignment.Solvers.Exact", dsl @ [ "Alignment.Solvers" ]
        "Alignment.Evaluation", dsl
        "Alignment.Formats", dsl
        "Alignment.Compiler", dsl
        "Alignment.Runtime", runtime
        "Alignment.Runs", runtime
        "Alignment.Torch", runtime
        "Alignment.Language", runtime @ [ "Alignment.Torch" ]
        "Alignment.Language.FSharp", runtime @ [ "Alignment.Torch"; "Alignment.Language" ]
        "Alignment.Reports", runtime
        "Alignment.Serve", runtime @ [ "Alignment.Runs"; "Alignment.Reports" ]
    ]

let private projects = List.map fst mayUse

let private architecture =
    lazy (ArchLoader().LoadAssemblies(projects |> List.map assembly |> Array.ofList).Build())

/// Whether any type of a project depends on a type of another project.
let private dependsOn (user: string) (used: string) =
    // types that no loaded assembly holds have none
    let isIn (name: string) (t: IType) =
        match t.Assembly with
        | null -> false
        | assembly -> assembly.Name.Split(',')[0] = name

    architecture.Value.Types
    |> Seq.filter (isIn user)
    |> Seq.collect (fun t -> t.Dependencies |> Seq.map (fun d -> t, d.Target))
    |> Seq.tryFind (fun (_, target) -> isIn used target)

[<Tests>]
let tests =
    testList "architecture" [
        for user, allowed in mayUse do
            testCase $"{user} sees nothing behind it" (fun () ->
                for used in projects |> List.except (user :: allowed) do
                    match dependsOn user used with
                    | Some(source, target) ->
                        failtest $"{source.FullName} of {user} depends on {target.FullName} of {used}"
                    | None -> ())

        testCase
            "only Alignment.Torch and Alignment.Language name TorchSharp, only Alignment.Solvers.Exact OR-Tools"
            (fun () ->
                for project in projects do
                    let references =
                        (assembly project).GetReferencedAssemblies()
                        |> Array.map string
                        |> Array.map (fun n -> n.Split(',')[0])

                    Expect.equal
                        (Array.contains "TorchSharp" references)
                        (project = "Alignment.Torch" || project = "Alignment.Language")
                        $"{project}: TorchSharp"

                    Expect.equal
                        (Array.contains "Google.OrTools" references)
                        (project = "Alignment.Solvers.Exact")
                        $"{project}: OR-Tools")

        testCase "only Alignment.Runs names DuckDB and Parquet" (fun () ->
            for project in projects @ [ "Alignment"; "Alignment.CommandLine"; "align" ] do
                let references =
                    (assembly project).GetReferencedAssemblies() |> Array.map (fun name -> string name.Name)

                for library in [ "DuckDB.NET.Data"; "Parquet" ] do
                    Expect.equal
                        (Array.contains library references)
                        (project = "Alignment.Runs")
                        $"{project}: {library}")

        testCase "only Alignment.Serve and the tool name ASP.NET Core" (fun () ->
            for project in projects @ [ "Alignment"; "Alignment.CommandLine" ] do
                let isServer =
                    (assembly project).GetReferencedAssemblies()
                    |> Array.exists (fun name -> (string name.Name).StartsWith "Microsoft.AspNetCore")

                Expect.equal isServer (project = "Alignment.Serve") project)

        testCase "only the tool names OpenTelemetry" (fun () ->
            let exports (project: string) =
                (assembly project).GetReferencedAssemblies()
                |> Array.exists (fun name -> (string name.Name).StartsWith "OpenTelemetry")

            Expect.equal
                (projects @ [ "Alignment"; "Alignment.CommandLine"; "align" ] |> List.filter exports)
                [ "align" ]
                "who exports")

        testCase "only Alignment.Reports knows plots" (fun () ->
            let plots (project: string) = (assembly project).GetManifestResourceNames() |> Array.contains "plotly.js"

            Expect.equal (projects |> List.filter plots) [ "Alignment.Reports" ] "who carries the plots' script"

            // what draws is nobody else's: not even by name
            for t in (assembly "Alignment.Reports").GetTypes() do
                if t.Name.Contains "Chart" || t.Name.Contains "Plotly" then
                    Expect.isFalse t.IsVisible t.Name)

        testCase "the architecture is looked at" (fun () ->
            // would fail if loading found nothing, and with it every test above mean nothing
            Expect.isSome (dependsOn "Alignment.Runtime" "Alignment.Compiler") "Runtime uses the compiler"
            Expect.isSome (dependsOn "Alignment.Compiler" "Alignment.Dsl") "the compiler uses the language")
    ]
