CREATE TABLE "appointments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"customer_id" uuid NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"scheduled_at" timestamp with time zone NOT NULL,
	"duration_minutes" integer NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"service_type" text NOT NULL,
	"service_category" text DEFAULT 'maintenance' NOT NULL,
	"service_description" text,
	"customer_concerns" text,
	"recommended_services" text,
	"estimated_cost" numeric(10, 2),
	"actual_cost" numeric(10, 2),
	"status" text DEFAULT 'scheduled' NOT NULL,
	"cancellation_reason" text,
	"confirmation_sent" boolean DEFAULT false NOT NULL,
	"reminder_sent" boolean DEFAULT false NOT NULL,
	"calendar_event_id" text,
	"calendar_sync" text DEFAULT 'off' NOT NULL,
	"assigned_technician" text,
	"bay" smallint NOT NULL,
	"booking_method" text DEFAULT 'phone' NOT NULL,
	"booked_by" text DEFAULT 'voice_agent' NOT NULL,
	"transport" text,
	"promised_at" timestamp with time zone,
	"ready_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "appointments_status" CHECK ("appointments"."status" in ('scheduled', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show')),
	CONSTRAINT "appointments_cancellation" CHECK (("appointments"."status" = 'cancelled') = ("appointments"."cancellation_reason" is not null)),
	CONSTRAINT "appointments_cancellation_reason" CHECK ("appointments"."cancellation_reason" in ('schedule_conflict', 'got_service_elsewhere', 'vehicle_sold', 'issue_resolved', 'rescheduled', 'other')),
	CONSTRAINT "appointments_calendar_sync" CHECK ("appointments"."calendar_sync" in ('off', 'pending', 'synced', 'conflict', 'failed')),
	CONSTRAINT "appointments_duration" CHECK ("appointments"."duration_minutes" between 5 and 600),
	CONSTRAINT "appointments_ends_at" CHECK (extract(epoch from ("appointments"."ends_at" - "appointments"."scheduled_at")) = "appointments"."duration_minutes" * 60),
	CONSTRAINT "appointments_bay" CHECK ("appointments"."bay" between 1 and 100),
	CONSTRAINT "appointments_transport" CHECK ("appointments"."transport" in ('waiter', 'drop_off', 'shuttle')),
	CONSTRAINT "appointments_booking_method" CHECK ("appointments"."booking_method" in ('phone', 'online', 'walk_in', 'staff')),
	CONSTRAINT "appointments_category" CHECK ("appointments"."service_category" in ('maintenance', 'repair', 'diagnosis', 'recall', 'other'))
);
--> statement-breakpoint
CREATE TABLE "call_logs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"call_sid" text NOT NULL,
	"customer_id" uuid,
	"direction" text NOT NULL,
	"caller_phone" text NOT NULL,
	"flow" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"answered_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"duration_seconds" integer,
	"outcome" text,
	"ended_reason" text,
	"sentiment" text,
	"intent" text,
	"appointment_id" uuid,
	"required_human_transfer" boolean DEFAULT false NOT NULL,
	"model" text,
	"prompt_tokens" integer DEFAULT 0 NOT NULL,
	"cached_tokens" integer DEFAULT 0 NOT NULL,
	"completion_tokens" integer DEFAULT 0 NOT NULL,
	"summary" text,
	"stream_generation" smallint DEFAULT 1 NOT NULL,
	"stream_token_issued_at" timestamp with time zone,
	"stream_claimed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "call_logs_direction" CHECK ("call_logs"."direction" in ('inbound', 'outbound')),
	CONSTRAINT "call_logs_ended_reason" CHECK ("call_logs"."ended_reason" in ('caller_hangup', 'agent_end', 'transferred', 'transfer_failed', 'no_input', 'max_duration', 'voicemail', 'no_answer', 'busy', 'stt_error', 'llm_error', 'tts_error', 'media_disconnect', 'shutdown')),
	CONSTRAINT "call_logs_duration" CHECK ("call_logs"."duration_seconds" >= 0)
);
--> statement-breakpoint
CREATE TABLE "call_turns" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"call_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"speaker" text NOT NULL,
	"text" text NOT NULL,
	"interrupted" boolean DEFAULT false NOT NULL,
	"tool_arguments" jsonb,
	"tool_result" jsonb,
	"end_of_turn_ms" integer,
	"model_first_token_ms" integer,
	"speech_first_byte_ms" integer,
	"response_ms" integer,
	"tool_ms" integer,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "call_turns_speaker" CHECK ("call_turns"."speaker" in ('caller', 'agent', 'tool'))
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"phone_number" text NOT NULL,
	"email" text,
	"preferred_contact_method" text DEFAULT 'phone' NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"date_of_birth" date,
	"street_address" text,
	"city" text,
	"state" text,
	"zip_code" text,
	"customer_since" date,
	"customer_type" text DEFAULT 'individual' NOT NULL,
	"referral_source" text,
	"preferred_service_advisor" text,
	"receive_reminders" boolean DEFAULT true NOT NULL,
	"receive_promotions" boolean DEFAULT false NOT NULL,
	"preferred_appointment_time" text,
	"notes" text,
	"verification_locked_until" timestamp with time zone,
	"last_contact_at" timestamp with time zone,
	"mock_source" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_phone_e164" CHECK ("customers"."phone_number" ~ '^\+[1-9][0-9]{6,14}$'),
	CONSTRAINT "customers_email_shape" CHECK ("customers"."email" ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'),
	CONSTRAINT "customers_state_us" CHECK ("customers"."state" in ('AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'DC', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS', 'KY', 'LA', 'ME', 'MD', 'MA', 'MI', 'MN', 'MS', 'MO', 'MT', 'NE', 'NV', 'NH', 'NJ', 'NM', 'NY', 'NC', 'ND', 'OH', 'OK', 'OR', 'PA', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VT', 'VA', 'WA', 'WV', 'WI', 'WY')),
	CONSTRAINT "customers_zip_shape" CHECK ("customers"."zip_code" ~ '^[0-9]{5}(-[0-9]{4})?$'),
	CONSTRAINT "customers_contact_method" CHECK ("customers"."preferred_contact_method" in ('phone', 'sms', 'email')),
	CONSTRAINT "customers_type" CHECK ("customers"."customer_type" in ('individual', 'business', 'fleet')),
	CONSTRAINT "customers_name_length" CHECK (char_length("customers"."first_name") between 1 and 80 and char_length("customers"."last_name") between 1 and 80)
);
--> statement-breakpoint
CREATE TABLE "database_info" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"params_hash" text NOT NULL,
	"response" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "service_history" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"vehicle_id" uuid NOT NULL,
	"appointment_id" uuid,
	"service_date" date NOT NULL,
	"mileage" integer,
	"services_performed" text[] NOT NULL,
	"parts_replaced" text[] DEFAULT '{}' NOT NULL,
	"total_cost" numeric(10, 2),
	"next_service_type" text,
	"next_service_due_date" date,
	"next_service_due_mileage" integer,
	"technician" text,
	"notes" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vehicles" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"customer_id" uuid NOT NULL,
	"vin" text,
	"license_plate" text,
	"year" smallint NOT NULL,
	"make" text NOT NULL,
	"model" text NOT NULL,
	"trim" text,
	"color" text,
	"purchase_date" date,
	"purchased_from_us" boolean DEFAULT false NOT NULL,
	"current_mileage" integer,
	"last_service_date" date,
	"last_service_mileage" integer,
	"next_service_due_mileage" integer,
	"is_primary_vehicle" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "vehicles_vin_shape" CHECK ("vehicles"."vin" ~ '^[A-HJ-NPR-Z0-9]{17}$'),
	CONSTRAINT "vehicles_year_range" CHECK ("vehicles"."year" between 1900 and 2100),
	CONSTRAINT "vehicles_status" CHECK ("vehicles"."status" in ('active', 'sold', 'totaled', 'inactive')),
	CONSTRAINT "vehicles_mileage" CHECK ("vehicles"."current_mileage" between 0 and 2000000)
);
--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_logs" ADD CONSTRAINT "call_logs_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_logs" ADD CONSTRAINT "call_logs_appointment_id_appointments_id_fk" FOREIGN KEY ("appointment_id") REFERENCES "public"."appointments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_turns" ADD CONSTRAINT "call_turns_call_id_call_logs_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."call_logs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_history" ADD CONSTRAINT "service_history_vehicle_id_vehicles_id_fk" FOREIGN KEY ("vehicle_id") REFERENCES "public"."vehicles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_history" ADD CONSTRAINT "service_history_appointment_id_appointments_id_fk" FOREIGN KEY ("appointment_id") REFERENCES "public"."appointments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vehicles" ADD CONSTRAINT "vehicles_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "appointments_customer_idx" ON "appointments" USING btree ("customer_id","scheduled_at");--> statement-breakpoint
CREATE INDEX "appointments_vehicle_idx" ON "appointments" USING btree ("vehicle_id","scheduled_at");--> statement-breakpoint
CREATE INDEX "appointments_scheduled_at_idx" ON "appointments" USING btree ("scheduled_at","status");--> statement-breakpoint
CREATE INDEX "appointments_completed_at_idx" ON "appointments" USING btree ("completed_at") WHERE completed_at is not null;--> statement-breakpoint
CREATE INDEX "appointments_calendar_pending_idx" ON "appointments" USING btree ("updated_at") WHERE calendar_sync in ('pending', 'failed');--> statement-breakpoint
CREATE UNIQUE INDEX "call_logs_call_sid_key" ON "call_logs" USING btree ("call_sid");--> statement-breakpoint
CREATE INDEX "call_logs_customer_idx" ON "call_logs" USING btree ("customer_id","started_at");--> statement-breakpoint
CREATE INDEX "call_logs_started_at_idx" ON "call_logs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "call_logs_open_idx" ON "call_logs" USING btree ("started_at") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "call_turns_call_position_key" ON "call_turns" USING btree ("call_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "customers_phone_number_key" ON "customers" USING btree ("phone_number");--> statement-breakpoint
CREATE INDEX "customers_last_name_idx" ON "customers" USING btree (lower("last_name"),lower("first_name"));--> statement-breakpoint
CREATE INDEX "customers_email_idx" ON "customers" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "service_history_vehicle_idx" ON "service_history" USING btree ("vehicle_id","service_date");--> statement-breakpoint
CREATE UNIQUE INDEX "service_history_appointment_key" ON "service_history" USING btree ("appointment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "vehicles_vin_key" ON "vehicles" USING btree ("vin");--> statement-breakpoint
CREATE INDEX "vehicles_customer_id_idx" ON "vehicles" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "vehicles_license_plate_idx" ON "vehicles" USING btree ("license_plate");