namespace Alignment.CommandLine

open System
open Alignment

/// The figures of a certificate, by name.
module CertificateText =
    let private optional name (value: Nullable<float>) = if value.HasValue then [ name, value.Value ] else []

    /// The figures that say how far, the first above all.
    let figures (certificate: Certificate) =
        let bound (certificate: Certificate) = [
            "nash_conv", certificate.NashConv
            "exploitability", certificate.Exploitability
        ]

        certificate.Fold(
            bound,
            bound,
            (fun upper -> [ yield! bound upper; "confidence", upper.Confidence ]),
            (fun stationary -> [ "residual", stationary.Residual ]),
            (fun kkt -> [ "residual", kkt.Residual; "violation", kkt.Violation; "slackness", kkt.Slackness ])
        )

    /// The same with the other gaps that the certificate carries.
    let all (certificate: Certificate) = [
        yield! figures certificate
        yield! optional "regularized_gap" certificate.RegularizedGap
        yield! optional "cce_gap" certificate.CoarseCorrelatedGap
        yield! optional "ce_gap" certificate.CorrelatedGap
    ]

    /// The figures for a table with a row a game: NashConv alone, as exploitability follows; or all residuals.
    let told (certificate: Certificate) =
        match certificate with
        | :? Certificate.Kkt as kkt -> figures kkt
        | other -> List.truncate 1 (figures other)

    /// What they are called.
    let names (certificate: Certificate) = certificate |> told |> List.map fst
