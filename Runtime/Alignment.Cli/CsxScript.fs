namespace Alignment.Cli

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Linq
open System.Reflection
open Alignment.CommandLine
open Microsoft.CodeAnalysis
open Microsoft.CodeAnalysis.CSharp.Scripting
open Microsoft.CodeAnalysis.Scripting
open Microsoft.CodeAnalysis.Scripting.Hosting

/// What a .csx script finds beside the library.
type ScriptGlobals(args: string[]) =
    /// The arguments behind the script's name.
    member _.Args = args

/// Hosts C# scripts: `Args`, `#load`, `await`, `#r` of a path, and everything that `using Alignment;` gives.
module CsxScript =
    let private imports = [
        "System"
        "System.Collections.Generic"
        "System.IO"
        "System.Linq"
        "System.Threading"
        "System.Threading.Tasks"
        "Alignment"
    ]

    /// The files from which this program loads its assemblies.
    let private loadable () =
        match AppContext.GetData "TRUSTED_PLATFORM_ASSEMBLIES" with
        | :? string as paths -> paths.Split Path.PathSeparator
        | _ -> [||]

    /// Every assembly of ours, loaded, so that script and tool share their types.
    let private ours =
        lazy
            (loadable ()
             |> Seq.map Words.stem
             |> Seq.filter (fun name -> name = "Alignment" || name.StartsWith "Alignment.")
             |> Seq.map Assembly.Load
             |> Seq.append [ typeof<ScriptGlobals>.Assembly ]
             |> List.ofSeq)

    let private platform = [ typeof<obj>.Assembly; typeof<List<int>>.Assembly; typeof<Enumerable>.Assembly ]

    /// Packages need a restore, which is what projects and file-based apps are for.
    let private refusePackages file (code: string) =
        code.Split '\n'
        |> Array.tryFindIndex (fun line -> line.TrimStart().StartsWith("#r \"nuget:", StringComparison.Ordinal))
        |> Option.iter (fun index ->
            Faults.refuse
                $"%s{file}(%d{index + 1}): a .csx script cannot reference packages; write a .cs file with `#:package NAME@VERSION` instead, or `#r` the path of a DLL.")

    let private options (file: string) (folder: string) =
        ScriptOptions.Default
            .WithFilePath(file)
            .WithFileEncoding(Text.Encoding.UTF8)
            .WithEmitDebugInformation(true)
            .WithOptimizationLevel(OptimizationLevel.Release)
            .WithSourceResolver(SourceFileResolver(Seq.empty, folder))
            .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory folder)
            .AddReferences(platform @ ours.Value)
            .AddImports
            imports

    let private compile file code =
        let folder =
            match Path.GetDirectoryName(file: string) with
            | null -> "."
            | folder -> folder

        let loader = new InteractiveAssemblyLoader()
        ours.Value |> List.iter loader.RegisterDependency

        CSharpScript.Create<obj>((code: string), options file folder, typeof<ScriptGlobals>, loader)

    let private exitCode (result: obj | null) =
        match result with
        | :? int as code -> code
        | _ -> ExitCode.Done

    /// The script's name and the line that an exception came from; scripts are compiled with what that takes.
    let private place (path: string) (file: string) (e: exn) =
        StackTrace(e, true).GetFrames()
        |> Array.tryFind (fun frame -> frame.GetFileName() = file)
        |> Option.map (fun frame -> $"%s{path}(%d{frame.GetFileLineNumber()})")

    /// Runs a script; the number that it returns is the exit code.
    let run (path: string) (args: string list) =
        let file = Path.GetFullPath path
        let code = File.ReadAllText file
        refusePackages path code

        try
            (compile file code).RunAsync(ScriptGlobals(Array.ofList args)).GetAwaiter().GetResult().ReturnValue
            |> exitCode
        with
        | :? CompilationErrorException as e -> Faults.refuse (e.Diagnostics |> Seq.map string |> String.concat "\n")
        | e ->
            match Faults.describe e, place path file e with
            | (ExitCode.WrongInput, message), Some place -> Faults.refuse $"%s{place}: %s{message}"
            | _ -> reraise ()
