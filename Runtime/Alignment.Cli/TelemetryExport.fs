namespace Alignment.Cli

open System
open System.Diagnostics.Tracing
open System.Runtime.CompilerServices
open System.Threading
open Alignment
open Alignment.CommandLine
open OpenTelemetry
open OpenTelemetry.Metrics
open OpenTelemetry.Resources
open OpenTelemetry.Trace

/// What the exporter could not deliver; it says so nowhere but here.
type private Undelivered() =
    inherit EventListener()
    let mutable first: string | null = null

    let text (event: EventWrittenEventArgs) =
        let arguments =
            match event.Payload with
            | null -> [||]
            | payload -> Seq.map box payload |> Array.ofSeq

        let whole =
            match event.Message with
            | null -> String.Join("; ", arguments)
            | message -> String.Format(message, arguments)

        // behind the first line stands where in the exporter it happened
        (whole.Split '\n')[0] |> _.TrimEnd()

    /// The first complaint.
    member _.First = Option.ofObj first

    override this.OnEventSourceCreated source =
        if source.Name.StartsWith("OpenTelemetry-Exporter", StringComparison.Ordinal) then
            this.EnableEvents(source, EventLevel.Warning)

    override _.OnEventWritten event = Interlocked.CompareExchange(&first, (text event), null) |> ignore

/// Spans and metrics by the OpenTelemetry protocol, where the environment asks for them by the standard's variables.
/// The libraries know no exporter, and the tool loads one only where it is asked for.
module TelemetryExport =
    let private variable name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    /// Whether a signal is exported: where its exporter is named, or an endpoint is.
    let private isWanted (signal: string) =
        let name = $"OTEL_%s{signal}_EXPORTER"

        match variable name with
        | Some "otlp" -> true
        | Some "none" -> false
        | Some other -> Faults.refuse $"%s{name}: expected otlp or none, got '%s{other}'."
        | None ->
            [ "OTEL_EXPORTER_OTLP_ENDPOINT"; $"OTEL_EXPORTER_OTLP_%s{signal}_ENDPOINT" ]
            |> List.exists (variable >> Option.isSome)

    let private isOff () =
        match variable "OTEL_SDK_DISABLED" with
        | Some value -> value.Equals("true", StringComparison.OrdinalIgnoreCase)
        | None -> false

    let private wanted () = if isOff () then false, false else isWanted "TRACES", isWanted "METRICS"

    /// Whether the environment asks for spans or metrics.
    let isAsked () = wanted () <> (false, false)

    let private resource () =
        let resource = ResourceBuilder.CreateDefault()

        let isNamed =
            (variable "OTEL_SERVICE_NAME").IsSome
            || variable "OTEL_RESOURCE_ATTRIBUTES"
               |> Option.exists _.Contains("service.name=", StringComparison.Ordinal)

        if isNamed then resource else resource.AddService "align"

    let private tracer () =
        Sdk
            .CreateTracerProviderBuilder()
            .AddSource(Telemetry.Name)
            .SetResourceBuilder(resource ())
            .AddOtlpExporter()
            .Build()

    let private meter () =
        Sdk
            .CreateMeterProviderBuilder()
            .AddMeter(Telemetry.Name)
            .SetResourceBuilder(resource ())
            .AddOtlpExporter()
            .Build()

    /// Not inlined: whoever calls this loads the exporter.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let private export (terminal: Terminal) (traces, metrics) =
        let undelivered = new Undelivered()

        let providers: IDisposable list = [
            if traces then
                tracer ()
            if metrics then
                meter ()
        ]

        {
            new IDisposable with
                member _.Dispose() =
                    // hands over what is left
                    providers |> List.iter _.Dispose()

                    undelivered.First
                    |> Option.iter (fun why ->
                        terminal.Error.WriteLine $"note     spans and metrics were not all exported: %s{why}")

                    undelivered.Dispose()
        }

    /// Exports until this is disposed, where the environment asks for it.
    let start terminal : IDisposable | null =
        match wanted () with
        | false, false -> null
        | wanted -> export terminal wanted
