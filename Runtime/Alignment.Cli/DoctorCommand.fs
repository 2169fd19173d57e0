namespace Alignment.Cli

open System
open System.IO
open System.Numerics
open System.Reflection
open System.Runtime.InteropServices
open System.Runtime.Intrinsics.Arm
open System.Runtime.Intrinsics.X86
open System.Text
open System.Text.Json
open Alignment
open Alignment.CommandLine
open Alignment.Torch
open Argu
open TorchSharp

[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type DoctorOption =
    | Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Json -> "print one JSON object"

/// What is true of this machine, as far as results and speed depend on it.
type Finding = {
    Key: string
    Text: string
    /// None where it is neither well nor ill.
    IsWell: bool option
}

/// `align doctor`: what this machine has and what works on it.
module DoctorCommand =
    [<Literal>]
    let private Schema = "doctor/1"

    let private fact key text = { Key = key; Text = text; IsWell = None }

    /// What an attempt says of itself, or why it failed.
    let private attempt key action =
        try
            { Key = key; Text = action (); IsWell = Some true }
        with e -> { Key = key; Text = e.Message.Split('\n')[0]; IsWell = Some false }

    let version () =
        match Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>() with
        | null -> "unknown"
        | attribute -> attribute.InformationalVersion

    /// The instruction sets on which the bits of a result may depend.
    let private features () =
        [
            "avx512f", Avx512F.IsSupported
            "avx2", Avx2.IsSupported
            "fma", Fma.IsSupported
            "avx", Avx.IsSupported
            "sse4.2", Sse42.IsSupported
            "advsimd", AdvSimd.IsSupported
        ]
        |> List.filter snd
        |> List.map fst
        |> String.concat " "

    let private vectors () =
        let state = if Vector.IsHardwareAccelerated then "in hardware" else "in software"
        $"%d{Vector<float>.Count} float64 or %d{Vector<float32>.Count} float32, %s{state}"

    let private torchVersion () =
        TorchNative.EnsureLoaded()
        TorchNative.Description

    let private cuda () =
        TorchNative.EnsureLoaded()

        if torch.cuda.is_available () then
            $"%d{torch.cuda.device_count ()} devices"
        else
            "none; --device cuda is refused"

    /// A game whose value is known, through the whole chain of a solver.
    let private solves solver () =
        let game = GameLibrary.Create "matching_pennies"
        let solution = GameSolver.Solve(game, Solvers.Find solver)
        $"matching_pennies by %s{solver}: nash_conv=%s{Words.exact solution.Certificate.NashConv}"

    let private findings () = [
        fact "version" (version ())
        fact "runtime" RuntimeInformation.FrameworkDescription
        fact "system" $"%s{RuntimeInformation.OSDescription}, %O{RuntimeInformation.ProcessArchitecture}"
        fact "processors" (string Environment.ProcessorCount)
        fact "memory" $"%.1f{float (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 1e9} GB"
        fact "cpu" (features ())
        fact "vector" (vectors ())
        attempt "host" (solves "prm+")
        attempt "or-tools" (solves "lp")
        attempt "torch" torchVersion
        { attempt "cuda" cuda with IsWell = None }
    ]

    let private json (findings: Finding list) =
        use stream = new MemoryStream()
        use writer = new Utf8JsonWriter(stream, JsonText.options)
        writer.WriteStartObject()
        writer.WriteString("schema", Schema)

        for finding in findings do
            writer.WriteStartObject finding.Key
            writer.WriteString("text", finding.Text)
            finding.IsWell |> Option.iter (fun well -> writer.WriteBoolean("ok", well))
            writer.WriteEndObject()

        writer.WriteEndObject()
        writer.Flush()
        Encoding.UTF8.GetString(stream.ToArray())

    let private table findings =
        Words.table [
            for finding in findings do
                let mark =
                    match finding.IsWell with
                    | Some true -> "ok"
                    | Some false -> "fails"
                    | None -> ""

                [ finding.Key; mark; finding.Text ]
        ]
        |> String.concat "\n"

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<DoctorOption> tokens

        match arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | unexpected :: _ -> Faults.refuse $"doctor: unexpected '%s{unexpected}'."
        | [] ->
            let print = if arguments.Options.IsEmpty then table else json
            terminal.Out.WriteLine(print (findings ()))
            ExitCode.Done

    let command = {
        Name = "doctor"
        Operands = "[--json]"
        Summary = "Tells versions and processor features, and whether LibTorch, CUDA and OR-Tools work."
        Details = fun () -> [ Arguments.help<DoctorOption> "align doctor" ]
        Examples = [ "align doctor"; "align doctor --json" ]
        Run = run
    }
